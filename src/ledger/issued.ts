/** Those of the product IDs that the ledger has issued: what else an order holds is no sign. */
export function issuedAmong(sql: SqlStorage, externalIds: readonly string[]): Set<string> {
  const rows = sql.exec<{ external_id: string }>(
    'SELECT external_id FROM designs WHERE external_id IN (SELECT value FROM json_each(?))',
    JSON.stringify(externalIds),
  )
  return new Set(rows.toArray().map(({ external_id }) => external_id))
}
