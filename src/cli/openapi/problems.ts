/** The statuses of the problems that operations share, by what raises them. */
export const STATUS_OF_PROBLEMS = {
  /** Any operation. */
  fault: [500],
  signed: [401, 413, 429, 503],
  json: [400, 422],
  bearer: [401, 429, 503],
  body: [400, 413, 415, 422],
  query: [422],
  /** The product can't be made in the store. */
  store: [422, 502, 503],
  missing: [404],
  conflict: [409],
  setting: [503],
  flood: [429],
} as const
