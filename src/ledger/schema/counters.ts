/**
 * Counters beside the tables they count, kept by triggers: they are in the same commit as what they count, and no code path
 * can forget them. Each change of a delivery's state writes one row, each finished attempt another.
 *
 * `delivery_counts` has the deliveries of an hour (of receipt, in hours since 1970) by present state, and how long those that
 * were relayed took; hour 0 holds all hours more than two days before the newest. `within_…` are milliseconds, each column
 * holding those before it, as Prometheus wants them.
 */
export const COUNTERS = `
  CREATE TABLE delivery_counts (
    destination TEXT NOT NULL,
    hour INTEGER NOT NULL,
    queued INTEGER NOT NULL DEFAULT 0,
    sending INTEGER NOT NULL DEFAULT 0,
    unconfirmed INTEGER NOT NULL DEFAULT 0,
    relayed INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    timed INTEGER NOT NULL DEFAULT 0,
    milliseconds INTEGER NOT NULL DEFAULT 0,
    within_500 INTEGER NOT NULL DEFAULT 0,
    within_1000 INTEGER NOT NULL DEFAULT 0,
    within_5000 INTEGER NOT NULL DEFAULT 0,
    within_30000 INTEGER NOT NULL DEFAULT 0,
    within_120000 INTEGER NOT NULL DEFAULT 0,
    within_600000 INTEGER NOT NULL DEFAULT 0,
    within_3600000 INTEGER NOT NULL DEFAULT 0,
    within_21600000 INTEGER NOT NULL DEFAULT 0,
    within_86400000 INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (destination, hour)
  ) STRICT, WITHOUT ROWID;

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

  CREATE TABLE last_sweep (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    at INTEGER NOT NULL
  ) STRICT;

  INSERT INTO delivery_counts (destination, hour, queued, sending, unconfirmed, relayed, rejected, failed)
    SELECT destination, 0, sum(state = 'queued'), sum(state = 'sending'), sum(state = 'unconfirmed'),
      sum(state = 'relayed'), sum(state = 'rejected'), sum(state = 'failed')
    FROM deliveries GROUP BY destination;

  CREATE TRIGGER delivery_came AFTER INSERT ON deliveries BEGIN
    INSERT INTO delivery_counts (destination, hour, queued, sending, unconfirmed, relayed, rejected, failed)
    VALUES (NEW.destination, NEW.received_at / 3600000, NEW.state = 'queued', NEW.state = 'sending',
      NEW.state = 'unconfirmed', NEW.state = 'relayed', NEW.state = 'rejected', NEW.state = 'failed')
    ON CONFLICT DO UPDATE SET queued = queued + excluded.queued, sending = sending + excluded.sending,
      unconfirmed = unconfirmed + excluded.unconfirmed, relayed = relayed + excluded.relayed,
      rejected = rejected + excluded.rejected, failed = failed + excluded.failed;
  END;

  CREATE TRIGGER delivery_moved AFTER UPDATE OF state ON deliveries
  WHEN NEW.state <> OLD.state AND NEW.state <> 'relayed' BEGIN
    UPDATE delivery_counts SET
      queued = queued + (NEW.state = 'queued') - (OLD.state = 'queued'),
      sending = sending + (NEW.state = 'sending') - (OLD.state = 'sending'),
      unconfirmed = unconfirmed + (NEW.state = 'unconfirmed') - (OLD.state = 'unconfirmed'),
      relayed = relayed - (OLD.state = 'relayed'),
      rejected = rejected + (NEW.state = 'rejected') - (OLD.state = 'rejected'),
      failed = failed + (NEW.state = 'failed') - (OLD.state = 'failed')
    WHERE destination = NEW.destination AND hour = (SELECT max(hour) FROM delivery_counts
      WHERE destination = NEW.destination AND hour <= NEW.received_at / 3600000);
  END;

  CREATE TRIGGER delivery_relayed AFTER UPDATE OF state ON deliveries
  WHEN NEW.state = 'relayed' AND OLD.state <> 'relayed' BEGIN
    UPDATE delivery_counts SET
      relayed = relayed + 1,
      queued = queued - (OLD.state = 'queued'),
      sending = sending - (OLD.state = 'sending'),
      unconfirmed = unconfirmed - (OLD.state = 'unconfirmed'),
      rejected = rejected - (OLD.state = 'rejected'),
      failed = failed - (OLD.state = 'failed'),
      timed = timed + 1,
      milliseconds = milliseconds + coalesce(NEW.relayed_at, NEW.changed_at) - NEW.received_at,
      within_500 = within_500 + (coalesce(NEW.relayed_at, NEW.changed_at) <= NEW.received_at + 500),
      within_1000 = within_1000 + (coalesce(NEW.relayed_at, NEW.changed_at) <= NEW.received_at + 1000),
      within_5000 = within_5000 + (coalesce(NEW.relayed_at, NEW.changed_at) <= NEW.received_at + 5000),
      within_30000 = within_30000 + (coalesce(NEW.relayed_at, NEW.changed_at) <= NEW.received_at + 30000),
      within_120000 = within_120000 + (coalesce(NEW.relayed_at, NEW.changed_at) <= NEW.received_at + 120000),
      within_600000 = within_600000 + (coalesce(NEW.relayed_at, NEW.changed_at) <= NEW.received_at + 600000),
      within_3600000 = within_3600000 + (coalesce(NEW.relayed_at, NEW.changed_at) <= NEW.received_at + 3600000),
      within_21600000 = within_21600000 + (coalesce(NEW.relayed_at, NEW.changed_at) <= NEW.received_at + 21600000),
      within_86400000 = within_86400000 + (coalesce(NEW.relayed_at, NEW.changed_at) <= NEW.received_at + 86400000)
    WHERE destination = NEW.destination AND hour = (SELECT max(hour) FROM delivery_counts
      WHERE destination = NEW.destination AND hour <= NEW.received_at / 3600000);
  END;

  CREATE TRIGGER delivery_went AFTER DELETE ON deliveries BEGIN
    UPDATE delivery_counts SET
      queued = queued - (OLD.state = 'queued'),
      sending = sending - (OLD.state = 'sending'),
      unconfirmed = unconfirmed - (OLD.state = 'unconfirmed'),
      relayed = relayed - (OLD.state = 'relayed'),
      rejected = rejected - (OLD.state = 'rejected'),
      failed = failed - (OLD.state = 'failed')
    WHERE destination = OLD.destination AND hour = (SELECT max(hour) FROM delivery_counts
      WHERE destination = OLD.destination AND hour <= OLD.received_at / 3600000);
  END;

  CREATE TRIGGER delivery_counts_aged AFTER INSERT ON delivery_counts WHEN NEW.hour > 0 BEGIN
    INSERT INTO delivery_counts
      SELECT destination, 0, sum(queued), sum(sending), sum(unconfirmed), sum(relayed), sum(rejected), sum(failed),
        sum(timed), sum(milliseconds), sum(within_500), sum(within_1000), sum(within_5000), sum(within_30000),
        sum(within_120000), sum(within_600000), sum(within_3600000), sum(within_21600000), sum(within_86400000)
      FROM delivery_counts WHERE destination = NEW.destination AND hour BETWEEN 1 AND NEW.hour - 48
      GROUP BY destination
    ON CONFLICT DO UPDATE SET queued = queued + excluded.queued, sending = sending + excluded.sending,
      unconfirmed = unconfirmed + excluded.unconfirmed, relayed = relayed + excluded.relayed,
      rejected = rejected + excluded.rejected, failed = failed + excluded.failed, timed = timed + excluded.timed,
      milliseconds = milliseconds + excluded.milliseconds, within_500 = within_500 + excluded.within_500,
      within_1000 = within_1000 + excluded.within_1000, within_5000 = within_5000 + excluded.within_5000,
      within_30000 = within_30000 + excluded.within_30000, within_120000 = within_120000 + excluded.within_120000,
      within_600000 = within_600000 + excluded.within_600000,
      within_3600000 = within_3600000 + excluded.within_3600000,
      within_21600000 = within_21600000 + excluded.within_21600000,
      within_86400000 = within_86400000 + excluded.within_86400000;
    DELETE FROM delivery_counts WHERE destination = NEW.destination AND hour BETWEEN 1 AND NEW.hour - 48;
  END;

  CREATE TRIGGER attempt_ended AFTER UPDATE OF outcome ON history
  WHEN OLD.outcome = 'sending' AND NEW.outcome <> 'sending' BEGIN
    INSERT INTO attempt_counts (destination, outcome, attempts)
    VALUES ((SELECT destination FROM deliveries WHERE seq = NEW.delivery), NEW.outcome, 1)
    ON CONFLICT DO UPDATE SET attempts = attempts + 1;
  END;
`
