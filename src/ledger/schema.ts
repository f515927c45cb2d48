import { STATES } from './delivery.ts'

/**
 * The upper bounds of the histogram of how long orders took from their receipt until they were relayed, in milliseconds;
 * `order_counts` has a column for each, holding those before it, as Prometheus wants them.
 */
export const TIME_BOUNDS = [
  500, 1000, 5000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000, 86_400_000,
] as const

/** What `order_counts` counts of the orders of an hour: those in each state, and the times of those relayed. */
export const COUNTED = [
  ...STATES,
  'timed',
  'milliseconds',
  ...TIME_BOUNDS.map((bound) => `within_${bound}` as const),
] as const

/** Orders have the sequence numbers below this one, what is forwarded those above: each kind's list is read in its order. */
export const FIRST_FORWARDED = 2 ** 48

const took = 'coalesce(NEW.relayed_at, NEW.changed_at) - NEW.received_at'

/** What a move of an order changes in each column of `order_counts`. */
const changeOf = (column: (typeof COUNTED)[number]): string => {
  const isRelayed = "(NEW.state = 'relayed') - (OLD.state = 'relayed')"
  if (column === 'timed') return isRelayed
  if (column === 'milliseconds') return `(${isRelayed}) * (${took})`
  const [, bound] = column.split('_')
  return bound === undefined
    ? `(NEW.state = '${column}') - (OLD.state = '${column}')`
    : `(${isRelayed}) * (${took} <= ${bound})`
}

/**
 * The ledger's tables. Times are milliseconds since 1970; `body` stands last, so that scans need not read past it.
 *
 * A row that is written is billed a thousand times what one that is read is, and so is each entry of an index. Hence no index for
 * what a walk by `seq` finds, no line of history for a first attempt that relayed (`first_status`, `first_ms` tell it), and
 * counters that are counted up to a row and asked of the rows after it.
 */
const TABLES = `
  CREATE TABLE designs (
    seq INTEGER PRIMARY KEY,
    external_id TEXT NOT NULL UNIQUE,
    product_id TEXT,
    signed_at INTEGER NOT NULL,
    digest TEXT NOT NULL,
    publish_at INTEGER,
    erased_at INTEGER,
    design TEXT NOT NULL,
    signed BLOB
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
    lost INTEGER NOT NULL DEFAULT 0,
    resent INTEGER NOT NULL DEFAULT 0,
    is_cancelled INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER,
    not_before INTEGER NOT NULL DEFAULT 0,
    give_up_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    relayed_at INTEGER,
    confirmed_at INTEGER,
    warned_at INTEGER,
    first_status INTEGER,
    first_ms INTEGER,
    remote_id TEXT,
    refers TEXT,
    warnings TEXT,
    last_error TEXT,
    body TEXT,
    UNIQUE (destination, external_id)
  ) STRICT;
  CREATE INDEX deliveries_by_state ON deliveries (destination, state, next_attempt_at, not_before, give_up_at, attempts)
    WHERE state <> 'relayed';
  CREATE INDEX deliveries_by_number ON deliveries (number) WHERE number IS NOT NULL;
  CREATE INDEX deliveries_forwarded ON deliveries (destination) WHERE destination <> 'orders';
  CREATE INDEX deliveries_in_doubt ON deliveries (destination) WHERE lost > 0;
  CREATE INDEX deliveries_warned ON deliveries (destination) WHERE warnings IS NOT NULL;
  CREATE INDEX deliveries_relayed_late ON deliveries (relayed_at)
    WHERE state = 'relayed' AND (body IS NOT NULL OR refers IS NOT NULL) AND relayed_at > received_at + 3600000;
  CREATE INDEX deliveries_unsettled ON deliveries (changed_at, warned_at)
    WHERE state IN ('rejected', 'failed', 'cancelled') AND (body IS NOT NULL OR refers IS NOT NULL);

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
    failing TEXT NOT NULL,
    closed_at INTEGER,
    closed_until INTEGER,
    is_ajar INTEGER NOT NULL,
    reason TEXT,
    address TEXT,
    told TEXT,
    alerted_at INTEGER,
    recovered_at INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    source TEXT NOT NULL,
    content_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    about TEXT,
    proof TEXT,
    repeats INTEGER NOT NULL DEFAULT 0,
    received_at INTEGER NOT NULL,
    note TEXT,
    payload TEXT,
    UNIQUE (content_id, digest)
  ) STRICT;
  CREATE INDEX events_by_topic ON events (topic);
  CREATE INDEX events_about ON events (about) WHERE about IS NOT NULL;

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

  CREATE TABLE progress (
    what TEXT PRIMARY KEY,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE order_counts (
    hour INTEGER PRIMARY KEY,
    ${COUNTED.map((column) => `${column} INTEGER NOT NULL DEFAULT 0`).join(',\n    ')}
  ) STRICT;

  CREATE TABLE attempt_counts (
    destination TEXT NOT NULL,
    outcome TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (destination, outcome)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE counts (
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (name, label)
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER order_moved AFTER UPDATE OF state ON deliveries
  WHEN NEW.state <> OLD.state AND NEW.seq <= (SELECT at FROM progress WHERE what = 'counted-orders') BEGIN
    UPDATE order_counts SET ${COUNTED.map((column) => `${column} = ${column} + ${changeOf(column)}`).join(', ')}
    WHERE hour = (SELECT max(hour) FROM order_counts WHERE hour <= NEW.received_at / 3600000);
  END;

  CREATE TRIGGER first_attempt_relayed AFTER UPDATE OF first_status ON deliveries
  WHEN OLD.first_status IS NULL AND NEW.first_status IS NOT NULL AND NEW.seq <= (SELECT at FROM progress
    WHERE what = iif(NEW.seq < ${FIRST_FORWARDED}, 'counted-orders', 'counted-forwarded')) BEGIN
    INSERT INTO attempt_counts (destination, outcome, attempts) VALUES (NEW.destination, 'relayed', 1)
    ON CONFLICT DO UPDATE SET attempts = attempts + 1;
  END;

  CREATE TRIGGER attempt_made AFTER INSERT ON history
  WHEN NEW.outcome IN ('relayed', 'unconfirmed', 'passing', 'rejected', 'fault') BEGIN
    INSERT INTO attempt_counts (destination, outcome, attempts)
    VALUES ((SELECT destination FROM deliveries WHERE seq = NEW.delivery), NEW.outcome, 1)
    ON CONFLICT DO UPDATE SET attempts = attempts + 1;
  END;
`

/**
 * Steps from one version of the tables to the next. They are only ever added to, and leave an earlier version what it needs:
 * while a deployment rolls out, old and new code meet on the same tables.
 */
const STEPS: readonly string[] = [TABLES]

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
