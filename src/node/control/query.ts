/** A request in the query of an address: `protocols` may be repeated, `timeout` is a number. */
export function readQuery(query: URLSearchParams): Record<string, unknown> {
  const fields = [...new Set(query.keys())].map((key) => {
    const value = query.get(key) ?? ''
    return [key, key === 'protocols' ? query.getAll(key) : key === 'timeout' ? Number(value) : value]
  })
  return Object.fromEntries(fields)
}

/** The same request as a query. */
export function writeQuery(request: object): string {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(request))
    for (const each of [value].flat()) query.append(key, String(each))
  return query.toString()
}
