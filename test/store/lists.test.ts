import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fetchAsStore, freezeTime, postDesign, postEvent, startAfresh } from '../bridge.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

const LARGEST_PAGE = 4 * 1024 * 1024

interface Walk<T> {
  items: T[]
  /** What each page came to, in bytes. */
  sizes: number[]
}

/** Reads a list to its end, page by page. */
async function walk<T>(name: 'products' | 'events'): Promise<Walk<T>> {
  const found: Walk<T> = { items: [], sizes: [] }
  let cursor: string | null = ''
  while (cursor !== null) {
    const response = await fetchAsStore(`/${name}?limit=200${cursor && `&cursor=${cursor}`}`)
    expect(response.status).toBe(200)
    const text = await response.text()
    const page = JSON.parse(text) as Record<string, T[]> & { next_cursor: string | null }
    found.items.push(...(page[name] ?? []))
    found.sizes.push(new TextEncoder().encode(text).length)
    cursor = page.next_cursor
  }
  return found
}

describe('a list of much', () => {
  it('has pages of at most 4 MiB and leaves out no design', async () => {
    const description = '霓'.repeat(12_000)
    for (let product_id = 1; product_id <= 150; product_id++)
      await postDesign({ product_id, title: 'x'.repeat(600), description })

    const { items, sizes } = await walk<{ product_id: string; title: string; description: string }>(
      'products',
    )
    expect(sizes).toHaveLength(2)
    expect(Math.max(...sizes)).toBeLessThan(LARGEST_PAGE + 100_000)
    expect(new Set(items.map(({ product_id }) => product_id)).size).toBe(150)
    expect(items[0]).toMatchObject({ title: 'x'.repeat(500), description: '霓'.repeat(10_000) })
  })

  it('has pages of at most 4 MiB and leaves out no event', async () => {
    for (let submission_number = 1; submission_number <= 70; submission_number++)
      await postEvent({ form_submission: { submission_number, notes: 'y'.repeat(63_000) } })

    const { items, sizes } = await walk<{ content_id: string }>('events')
    expect(sizes).toHaveLength(2)
    expect(Math.max(...sizes)).toBeLessThan(LARGEST_PAGE + 100_000)
    expect(new Set(items.map(({ content_id }) => content_id)).size).toBe(70)
  })
})
