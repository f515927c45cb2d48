/**
 * What platforms report of orders, and the products made in a store.
 *
 * `marks` remember what was noticed of an order or a product, so that it is told once; `reported_at` is the platform's own time
 * of it. `related_orders` hold the orders that an accepted order shares its signs with. A row of `store_products` claims a
 * design before its product is made: without a `store_id` it is free once `claimed_until` has passed.
 */
export const REPORTS = `
ALTER TABLE events ADD COLUMN note TEXT;

CREATE TABLE marks (
  mark TEXT NOT NULL,
  about TEXT NOT NULL,
  reported_at INTEGER,
  PRIMARY KEY (mark, about)
) STRICT, WITHOUT ROWID;

CREATE TABLE related_orders (
  related TEXT NOT NULL,
  external_id TEXT NOT NULL,
  PRIMARY KEY (related, external_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE store_products (
  sku TEXT PRIMARY KEY,
  claimed_until INTEGER NOT NULL,
  may_exist INTEGER NOT NULL DEFAULT 0,
  store_id TEXT
) STRICT, WITHOUT ROWID;
`
