import { ATTEMPTS } from './schema/attempts.ts'
import { COUNTERS } from './schema/counters.ts'
import { EVENTS } from './schema/events.ts'
import { REPORTS } from './schema/reports.ts'

/**
 * The ledger's tables, as steps that are only ever added to, and that leave an earlier version what it needs: while a deployment
 * rolls out, old and new code meet on the same tables. Times are milliseconds since 1970; `body` stands last, so that scans need not read past it.
 */
export const STEPS: readonly string[] = [
  `
  CREATE TABLE designs (
    seq INTEGER PRIMARY KEY,
    external_id TEXT NOT NULL UNIQUE,
    product_id TEXT,
    signed_at INTEGER NOT NULL,
    publish_at INTEGER,
    design TEXT NOT NULL,
    signed TEXT NOT NULL
  ) STRICT;
  CREATE INDEX designs_by_product ON designs (product_id) WHERE product_id IS NOT NULL;
  CREATE INDEX designs_to_publish ON designs (publish_at) WHERE publish_at IS NOT NULL;

  CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY,
    destination TEXT NOT NULL,
    external_id TEXT NOT NULL,
    number TEXT,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    digest TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    may_have_landed INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER,
    not_before INTEGER NOT NULL DEFAULT 0,
    give_up_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    relayed_at INTEGER,
    remote_id TEXT,
    last_error TEXT,
    body TEXT,
    UNIQUE (destination, external_id)
  ) STRICT;
  CREATE INDEX deliveries_by_state ON deliveries (destination, state, next_attempt_at) WHERE state <> 'relayed';
  CREATE INDEX deliveries_by_number ON deliveries (number) WHERE number IS NOT NULL;

  CREATE TABLE delivery_products (
    product TEXT NOT NULL,
    delivery INTEGER NOT NULL,
    PRIMARY KEY (product, delivery)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE history (
    delivery INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER,
    duration_ms INTEGER,
    detail TEXT,
    body TEXT,
    PRIMARY KEY (delivery, entry)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE gates (
    destination TEXT PRIMARY KEY,
    streak INTEGER NOT NULL,
    closed_at INTEGER,
    closed_until INTEGER,
    reason TEXT
  ) STRICT, WITHOUT ROWID;
  `,
  COUNTERS,
  EVENTS,
  // Each destination's deliveries in their order: among a great many events a page of orders is found at once.
  'CREATE INDEX deliveries_by_destination ON deliveries (destination)',
  REPORTS,
  ATTEMPTS,
  // All that is asked of what waits, so that thousands of deliveries in an outage are looked through without reading their bodies.
  `
  DROP INDEX deliveries_by_state;
  CREATE INDEX deliveries_by_state ON deliveries (destination, state, next_attempt_at, not_before, give_up_at, attempts)
    WHERE state <> 'relayed';
  `,
]

/** Brings the tables to this version's schema, in the commit that also notes the version. */
export function migrate(storage: DurableObjectStorage): void {
  const { sql } = storage
  storage.transactionSync(() => {
    sql.exec('CREATE TABLE IF NOT EXISTS schema (version INTEGER NOT NULL) STRICT')
    const [row] = sql.exec<{ version: number }>('SELECT version FROM schema').toArray()
    const version = row?.version ?? 0
    if (version >= STEPS.length) return
    for (const step of STEPS.slice(version)) sql.exec(step)
    if (row) sql.exec('UPDATE schema SET version = ?', STEPS.length)
    else sql.exec('INSERT INTO schema (version) VALUES (?)', STEPS.length)
  })
}
