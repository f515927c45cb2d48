/**
 * Attempts enter the history when they end, no longer when they begin: a line less to write before each send. What is under way
 * is told by the delivery's own row, which recovery reads. The trigger that counted a line as it ended stays for an earlier
 * version, should it be rolled back to.
 */
export const ATTEMPTS = `
  CREATE TRIGGER attempt_made AFTER INSERT ON history
  WHEN NEW.outcome IN ('relayed', 'unconfirmed', 'passing', 'rejected', 'fault') BEGIN
    INSERT INTO attempt_counts (destination, outcome, attempts)
    VALUES ((SELECT destination FROM deliveries WHERE seq = NEW.delivery), NEW.outcome, 1)
    ON CONFLICT DO UPDATE SET attempts = attempts + 1;
  END;
`
