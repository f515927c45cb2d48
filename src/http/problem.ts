/**
 * Every way a request can be turned away: HTTP status and title. The codes are part of the contract. The status is 200 where
 * the sender must not send it again.
 */
export const PROBLEMS = {
  'missing-signature': [401, 'The request is not signed'],
  'malformed-signature': [401, 'The signature is not 64 hex digits'],
  'malformed-timestamp': [401, 'The timestamp is not a Unix time in seconds'],
  'timestamp-too-old': [401, 'The request was signed too long ago'],
  'timestamp-too-new': [401, 'The request was signed in the future'],
  'signature-mismatch': [401, 'The signature does not fit the body'],
  'too-many-failures': [429, 'Too many requests failed'],
  unauthorized: [401, 'The bearer token is missing or wrong'],
  'wrong-password': [401, 'The password is wrong'],
  insecure: [403, 'The request came by plain http'],
  'foreign-origin': [403, 'The request came from a page of another site'],
  'not-found': [404, 'There is nothing here'],
  'method-not-allowed': [405, 'The method is not allowed here'],
  'unsupported-media-type': [415, 'The body must be JSON, and not compressed'],
  'body-too-large': [413, 'The body is too large'],
  'malformed-json': [400, 'The body is not JSON'],
  'invalid-payload': [422, 'The body lacks something or holds something wrong'],
  'invalid-query': [422, 'A query parameter is wrong'],
  'unknown-product': [422, 'A product of the order is not known'],
  rejected: [422, 'Sign Customiser rejected the order'],
  'order-conflict': [409, 'An order with this ID but other content exists'],
  'order-erased': [409, "The order's content was erased"],
  'not-retryable': [409, 'The order is in no state to be retried'],
  'already-relayed': [409, 'The order was handed over already'],
  'not-settleable': [409, 'The order is in no state to be decided on'],
  'not-erasable': [409, 'The order still waits to be sent'],
  'product-conflict': [409, 'The product was designed in Sign Customiser'],
  'other-merchant': [200, 'The event is another merchant’s'],
  'store-refused': [502, 'The store refused to make the product'],
  'store-unavailable': [503, 'The store can not make the product now'],
  'not-configured': [503, 'The bridge lacks a setting'],
  'storage-unavailable': [503, 'The ledger can not be reached'],
  'internal-error': [500, 'The bridge failed'],
} as const satisfies Record<string, readonly [number, string]>

export type ProblemCode = keyof typeof PROBLEMS

/** One thing wrong with a body: where it is, as a JSON pointer (RFC 6901), and what would be right. */
export interface FieldError {
  pointer: string
  detail: string
}

/** A refusal: the caller's doing. `detail` names what to fix and never repeats what was sent. */
export interface Refusal {
  code: ProblemCode
  detail: string
  errors?: readonly FieldError[]
}

/** What was to be kept is larger than the ledger can keep. It will be as large when it is sent again. */
export class TooLargeToKeep extends Error {
  override name = 'TooLargeToKeep'
}

/** The ledger did not answer, or not in time. Whatever was asked for may or may not have happened: asking again is safe. */
export class LedgerUnavailable extends Error {
  override name = 'LedgerUnavailable'
}
