/** The events that came in, what retention has to find, and what an operator was told of a gate. */
export const EVENTS = `
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  topic TEXT NOT NULL,
  source TEXT NOT NULL,
  content_id TEXT NOT NULL,
  digest TEXT NOT NULL,
  repeats INTEGER NOT NULL DEFAULT 0,
  received_at INTEGER NOT NULL,
  payload TEXT,
  UNIQUE (topic, content_id, digest)
) STRICT;
CREATE INDEX events_by_topic ON events (topic);
CREATE INDEX events_to_erase ON events (received_at) WHERE payload IS NOT NULL;

ALTER TABLE deliveries ADD COLUMN warned_at INTEGER;
CREATE INDEX deliveries_relayed ON deliveries (relayed_at) WHERE state = 'relayed' AND body IS NOT NULL;
CREATE INDEX deliveries_unsettled ON deliveries (changed_at, warned_at)
  WHERE state IN ('rejected', 'failed') AND body IS NOT NULL;

ALTER TABLE gates ADD COLUMN alerted TEXT;
ALTER TABLE gates ADD COLUMN address TEXT;
`
