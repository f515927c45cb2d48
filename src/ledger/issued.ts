/** Those of the product IDs that the ledger has issued: what else an order holds is no sign. */
export function issuedAmong(sql: SqlStorage, externalIds: readonly string[]): Set<string> {
  const isIssued = (externalId: string) =>
    sql.exec('SELECT 1 FROM designs WHERE external_id = ?', externalId).toArray().length > 0
  // One by one: an order has a line or two, and a look-up costs less than taking a list apart in SQL.
  return new Set([...new Set(externalIds)].filter(isIssued))
}
