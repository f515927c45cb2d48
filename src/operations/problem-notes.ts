import type { ProblemCode } from '../http/problem.ts'

/** What a problem means, what usually causes it, and what to do. */
export interface Note {
  means: string
  causes: readonly string[]
  todo: string
}

export const NOTES: Record<ProblemCode, Note> = {
  'missing-signature': {
    means: 'The request lacks its signature or the timestamp that the signature covers.',
    causes: ['Someone other than the vendor called.', 'A proxy in front of the bridge dropped the headers.'],
    todo: 'Let requests through with all their headers and the whole query. To try it by hand, use npm run bridge -- send.',
  },
  'malformed-signature': {
    means: 'A signature is 64 hex digits, in capitals or not, and nothing else.',
    causes: ['A prefix such as sha256=.', 'Base64 instead of hex.', 'A signature that was cut off.'],
    todo: 'Send the HMAC-SHA-256 in hex.',
  },
  'malformed-timestamp': {
    means: 'A timestamp is a Unix time, in digits only.',
    causes: ['A date as text.', 'A fraction or a sign.'],
    todo: 'Send the seconds since 1970 that were signed.',
  },
  'timestamp-too-old': {
    means:
      'The request was signed longer ago than is allowed, so it may be a replay of one that somebody recorded.',
    causes: [
      'The clock of the sender is slow.',
      'The request waited in a queue.',
      'It was sent again by hand.',
    ],
    todo: 'Sign and send it anew. If the clock is right, npm run bridge -- doctor shows by how much the two differ.',
  },
  'timestamp-too-new': {
    means: 'The request says that it was signed in the future.',
    causes: ['The time is in milliseconds.', 'The clock of the sender is fast.'],
    todo: 'Send seconds, and set the clock.',
  },
  'signature-mismatch': {
    means: 'None of the secrets that are set made this signature for these very bytes.',
    causes: [
      'Another secret: the Create Product URL and each webhook subscription have one of their own.',
      'The body was changed on its way: parsed and written again, pretty-printed, slashes escaped, a line added.',
      'The timestamp that was signed is not the one that was sent.',
    ],
    todo: 'Save body and headers as they arrived and ask npm run bridge -- verify: it tries the usual causes and names the one that fits.',
  },
  'too-many-failures': {
    means:
      'From this address more than 600 requests a minute failed to prove who they come from, or it presented more than 30 passwords ' +
      'a minute to the console, or asked for more than 120 products a minute as a shop’s page does.',
    causes: ['Somebody is guessing.', 'A sender with an old secret or token keeps trying.'],
    todo:
      'Correct the secret or the token. Requests with the right one are taken all the while, from the same address too. ' +
      'At the console wait a minute: there the password is not even looked at.',
  },
  unauthorized: {
    means: 'This route is for the store’s backend, which shows its token.',
    causes: ['No Authorization header.', 'A token that is not, or no longer, in STORE_API_TOKEN.'],
    todo: 'Send Authorization: Bearer with one of the tokens in STORE_API_TOKEN.',
  },
  'wrong-password': {
    means: 'The console is for the user operator, with the password in CONSOLE_PASSWORD.',
    causes: ['The browser remembers an old password.', 'Another user name.', 'Somebody is guessing.'],
    todo: 'Sign in anew. Who does not know the password sets another: npx wrangler secret put CONSOLE_PASSWORD.',
  },
  insecure: {
    means: 'The request came by http, where anybody on the way could have read and changed it.',
    causes: ['An address that begins with http:// in the store’s backend or at a vendor.'],
    todo: 'Send it to https://. A token or password that was sent this way is to be changed.',
  },
  'foreign-origin': {
    means: 'A button of the console was pressed from somewhere else than the console.',
    causes: [
      'Another site tried to use that you are signed in.',
      'A proxy rewrote the address, so that Origin differs.',
    ],
    todo: 'Open the console by the address that the bridge itself is called by, and press the button there.',
  },
  'not-found': {
    means: 'There is no such route, or nothing with this ID.',
    causes: ['A mistyped address.', 'An ID that this bridge, or this environment of it, never saw.'],
    todo: 'Compare the address with /openapi.json and the ID with the lists.',
  },
  'method-not-allowed': {
    means: 'The address is right, the method is not.',
    causes: ['A webhook’s address opened in a browser.', 'A redirect turned a POST into a GET.'],
    todo: 'Use a method that the Allow header names.',
  },
  'unsupported-media-type': {
    means: 'The store’s routes take JSON that says so. No route takes a compressed body.',
    causes: ['No Content-Type header.', 'A form.', 'A client that compresses: Content-Encoding: gzip.'],
    todo: 'Send Content-Type: application/json, and leave Content-Encoding out.',
  },
  'body-too-large': {
    means:
      'The body is larger than MAX_BODY_BYTES, or than what one row of the ledger holds once it is written out.',
    causes: ['Pictures within the JSON.', 'A limit that was set too low.'],
    todo: 'Send links instead of pictures, or raise MAX_BODY_BYTES, up to 1500000.',
  },
  'malformed-json': {
    means: 'The body is not JSON in UTF-8, or is nested deeper than 128 levels.',
    causes: ['A body that was cut off.', 'Another encoding.', 'A comma too many.'],
    todo: 'Send what a JSON library writes.',
  },
  'invalid-payload': {
    means: 'The JSON lacks something or holds something of the wrong kind.',
    causes: [
      'IDs as numbers instead of text.',
      'Prices with a decimal point: they are whole numbers in minor units.',
    ],
    todo: 'Correct each field that errors points at. Nothing was stored.',
  },
  'invalid-query': {
    means: 'A query parameter has a value that is not allowed.',
    causes: [
      'A limit outside 1 to 200.',
      'A cursor that is not the next_cursor of a page.',
      'A mistyped state.',
    ],
    todo: 'Correct what errors points at.',
  },
  'unknown-product': {
    means: 'An order’s line quotes a product ID that this bridge has not issued. Nothing was stored.',
    causes: [
      'Lines that are no signs were sent along.',
      'The design was given its ID before the bridge came, or by another environment.',
    ],
    todo: 'Send sign lines only. Make IDs that another endpoint issued known by PUT /products/{external_id}.',
  },
  rejected: {
    means:
      'Sign Customiser answered that it does not take this order. It is kept, and not sent again by itself.',
    causes: ['A field that it demands.', 'A product ID that its side does not know.'],
    todo: 'Read upstream. Send the corrected order under the same external_id, or retry it once the cause is gone.',
  },
  'order-conflict': {
    means: 'An order with this external_id but other content was taken in before and may have been relayed.',
    causes: ['An order was changed after it was sent.', 'Two stores number their orders alike.'],
    todo: 'Look at what differs (errors) and at the order. What was sent is corrected at Sign Customiser; what was not is cancelled, or corrected by sending it anew once it is rejected.',
  },
  'already-relayed': {
    means: 'Sign Customiser has the order, and has no call that cancels one.',
    causes: ['The order was cancelled after it had been handed over.'],
    todo: 'Ask Sign Customiser to stop it, by the number that the order shows.',
  },
  'not-settleable': {
    means: 'Only what is unconfirmed, failed or rejected can be decided on by hand.',
    causes: ['It is queued or under way, or relayed or cancelled already.'],
    todo: 'Look at its state. What was cancelled is retried, what is queued can be cancelled.',
  },
  'not-erasable': {
    means: 'The order waits to be sent, which it could not be without its content.',
    causes: ['It was taken in and not handed over yet.'],
    todo: 'Cancel it, then erase it; or wait until it is relayed.',
  },
  'order-erased': {
    means: 'The order’s content was erased after RETENTION_DAYS, so there is nothing left to send.',
    causes: ['It stood rejected or failed for too long; an alert came a week before.'],
    todo: 'Hand the order in again under a new external_id.',
  },
  'not-retryable': {
    means: 'Only what is failed, rejected or unconfirmed can be retried.',
    causes: ['It is under way, or relayed already.'],
    todo: 'Look at its state. What is queued is tried by itself.',
  },
  'other-merchant': {
    means:
      'A SHOPLINE webhook named another merchant than SHOPLINE_MERCHANT_ID. It was answered 200, so that it does not come again, and dropped.',
    causes: [
      'The app that the webhooks belong to is installed in more than one store: its webhooks come for all of them.',
      'SHOPLINE_MERCHANT_ID is not this store’s.',
    ],
    todo: 'Nothing, as long as this store’s own orders come in. Else compare SHOPLINE_MERCHANT_ID with merchant_id in the webhook log of SHOPLINE’s Developer Center.',
  },
  'store-refused': {
    means: 'SHOPLINE refused to make the product of a design, so the shopper could not buy it.',
    causes: [
      'The access token is wrong, expired or lacks the permission for products.',
      'SHOPLINE does not take something of the design, such as its price.',
      'The IP allow-list of the store is on.',
    ],
    todo: 'See the alert or the log line with this request_id, correct the token or the setting, and have the design made again.',
  },
  'store-unavailable': {
    means:
      'SHOPLINE could not make the product of a design in time. A product that it made all the same is found again.',
    causes: [
      'SHOPLINE is down or slow.',
      'It asked to be called less often.',
      'Another callback for the same design is at it.',
    ],
    todo: 'Send the same callback again after Retry-After.',
  },
  'product-conflict': {
    means:
      'The product was designed in Sign Customiser and is known as it was signed; an import may not replace it.',
    causes: ['An import of IDs that this bridge issued.'],
    todo: 'Leave it out of the import.',
  },
  'not-configured': {
    means:
      'The route needs a setting that is missing, a placeholder or wrong. It is named; its value is not.',
    causes: ['A secret that was not set for this environment.', 'A value with a blank at its end.'],
    todo: 'Set what detail names. GET /ready shows all settings at once.',
  },
  'storage-unavailable': {
    means: 'The ledger could not be asked, so nothing was acknowledged.',
    causes: ['The ledger is being moved or restarted.', 'It has more to do than it can.'],
    todo: 'Send the same request again after Retry-After: whatever it may have done is not done twice.',
  },
  'internal-error': {
    means: 'The bridge failed in a way that nobody foresaw.',
    causes: ['A fault of its own.'],
    todo: 'Look for the request_id in the log, and send the same request again.',
  },
}
