/** What a Durable Object with SQLite can hold, in bytes: https://developers.cloudflare.com/durable-objects/platform/limits/ */
const CAPACITY = 10_000_000_000
/** From here on an operator is told, and events are recorded without their bodies, so that there is room for orders. */
export const WORTH_TELLING = 0.8
const WITHOUT_PAYLOADS = 0.9

/** How much of the ledger's capacity is used, from 0 to 1. */
export const fullness = (sql: SqlStorage): number => sql.databaseSize / CAPACITY

/** Says whether there is room for the bodies of events. */
export const keepsPayloads = (sql: SqlStorage): boolean => fullness(sql) < WITHOUT_PAYLOADS
