/** Stands in for the KV service behind the binding: the newest values are kept, which is all that is read back here. */
const values = new Map<string, ArrayBuffer>()
const MOST_VALUES = 100

export default {
  async fetch(request) {
    const key = decodeURIComponent(new URL(request.url).pathname.slice(1))
    if (request.method === 'PUT') {
      const value = await request.arrayBuffer()
      const oldest = values.size >= MOST_VALUES ? values.keys().next().value : undefined
      if (oldest !== undefined) values.delete(oldest)
      values.set(key, value)
      return new Response(null, { status: 204 })
    }
    const value = values.get(key)
    return value ? new Response(value) : new Response(null, { status: 404 })
  },
} satisfies ExportedHandler
