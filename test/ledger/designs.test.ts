import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Design } from '../../src/catalogue/design.ts'
import type { Context } from '../../src/ledger/channel.ts'
import {
  eraseDesign,
  factsOf,
  heldDesign,
  hold,
  type NewDesign,
  Publisher,
  record,
} from '../../src/ledger/designs.ts'
import {
  alarmAt,
  fetchAsStore,
  freezeTime,
  HOUR,
  keepLog,
  MINUTE,
  NOW,
  passTime,
  postDesign,
  SECOND,
  sendAsStore,
  skipWaiting,
  startAfresh,
  utf8,
} from '../bridge.ts'
import { inLedger, passTo } from './inside.ts'

beforeEach(() => {
  freezeTime()
  keepLog()
})
afterEach(startAfresh)

const design = (more: Partial<Design> = {}): Design => ({
  external_id: 'sc-1',
  product_id: '1',
  source: 'callback',
  title: 'Open',
  description: null,
  price: 100,
  compare_price: null,
  currency: 'USD',
  image: null,
  created_at: null,
  updated_at: null,
  received_at: new Date(NOW).toISOString(),
  ...more,
})

/** A version of a design, signed `second` seconds after others; what is signed differs where the digest does. */
const version = (digest: string, second: number, more: Partial<Design> = {}): NewDesign => ({
  design: design({ title: digest, ...more }),
  digest,
  signed_at: 1000 + second,
})
const titleOf = (sql: SqlStorage) => JSON.parse(factsOf(sql, 'sc-1') ?? '{}').title

const callback = (digest: string, second: number, more: Partial<Design> = {}) => version(digest, second, more)
const imported = (digest: string, second: number) =>
  version(digest, second, { source: 'import', product_id: null })
const echoed = (digest: string, second: number) => version(digest, second, { source: 'event' })
const on = (day: number) => ({ updated_at: `2024-01-0${day}T00:00:00Z` })

describe('a version of a design', () => {
  it.each([
    ['that is signed later', callback('a', 5), callback('b', 6), 'changed'],
    ['that is signed earlier', callback('a', 5), callback('b', 4), 'outdated'],
    ['that is the same', callback('a', 5), callback('a', 6), 'known'],
    ['signed in the same second', callback('a', 5), callback('b', 5), 'outdated'],
    ['signed in the same second, of later', callback('a', 5, on(1)), callback('b', 5, on(2)), 'changed'],
    ['signed in the same second, of earlier', callback('a', 5, on(2)), callback('b', 5, on(1)), 'outdated'],
    [
      'signed in the same second, of the same time',
      callback('a', 5, on(1)),
      callback('b', 5, on(1)),
      'outdated',
    ],
    ['signed earlier, of later', callback('a', 5, on(1)), callback('b', 4, on(2)), 'outdated'],
    ['that is imported, of a signed one', callback('a', 5), imported('b', 9), 'conflict'],
    ['that is signed, of an imported one', imported('a', 5), callback('b', 1), 'changed'],
    ['that is imported again', imported('a', 5), imported('b', 5), 'changed'],
    ['that is imported the same', imported('a', 5), imported('a', 6), 'known'],
    ['that an event echoes', callback('a', 5), echoed('b', 9), 'known'],
    ['that is signed, of an echo', echoed('a', 5), callback('b', 1), 'outdated'],
  ] as const)('%s: the ledger keeps the right one', async (_, there, comes, expected) => {
    const seen = await inLedger(({ sql }) => [record(sql, there), record(sql, comes), titleOf(sql)])
    expect(seen).toEqual(['new', expected, expected === 'changed' ? comes.digest : there.digest])
  })

  it('that is signed again is as new as its last signature', async () => {
    const seen = await inLedger(({ sql }) =>
      [callback('a', 5), callback('a', 9), callback('b', 7)].map((each) => record(sql, each)),
    )
    expect(seen).toEqual(['new', 'known', 'outdated'])
  })
})

describe('a held body', () => {
  const signed = utf8('{"product":{"whole":true}}')

  it('is served until it is published, whole', async () => {
    const served = await inLedger(({ sql, ...ctx }) => {
      record(sql, callback('a', 5))
      hold({ sql, ...ctx }, 'sc-1', 'a', signed, NOW + MINUTE)
      const held = heldDesign(sql, 'sc-1')
      return held && JSON.parse(new TextDecoder().decode(held))
    })
    expect(served).toMatchObject({ product: { whole: true }, title: 'a', price: 100 })
  })

  it('is not kept of a version that is no longer the newest, but what there is is put once more', async () => {
    await inLedger(({ sql, ...ctx }) => {
      record(sql, callback('b', 6))
      hold({ sql, ...ctx }, 'sc-1', 'a', signed, NOW + MINUTE)
      expect(heldDesign(sql, 'sc-1')).toBeNull()
      expect(sql.exec('SELECT publish_at FROM designs').one()).toEqual({ publish_at: NOW + MINUTE })
    })
  })
})

describe('publishing', () => {
  /** Designs of which each is due a second after the one before. */
  function putDue({ sql }: Context, n: number, more = ''): void {
    for (let i = 1; i <= n; i++) {
      record(sql, version(`d${i}`, 0, { external_id: `sc-${i}`, product_id: `${i}` }))
      sql.exec('UPDATE designs SET publish_at = ? WHERE external_id = ?', NOW + i * SECOND, `sc-${i}`)
    }
    if (more !== '') sql.exec(more)
    passTime(MINUTE)
  }
  const toPublish = ({ sql }: Context) =>
    sql
      .exec<{ id: string; at: number }>(
        'SELECT external_id AS id, publish_at - ? AS at FROM designs WHERE publish_at IS NOT NULL ORDER BY publish_at',
        Date.now(),
      )
      .toArray()
  const kv = () => {
    const put = vi.spyOn(env.CATALOGUE, 'put')
    return { put, keys: () => put.mock.calls.map(([key]) => key) }
  }
  const broken = () => Promise.reject(new Error('KV PUT failed: 429 Too Many Requests'))

  it('puts what is due into KV, the longest due first, and lets go of its body', async () => {
    await inLedger(async (ctx) => {
      putDue(
        ctx,
        2,
        'UPDATE designs SET signed = CAST(\'{"product":{"whole":true}}\' AS BLOB) WHERE external_id = \'sc-2\'',
      )
      record(ctx.sql, version('later', 0, { external_id: 'sc-9', product_id: '9' }))
      ctx.sql.exec("UPDATE designs SET publish_at = ? WHERE external_id = 'sc-9'", Date.now() + 1)
      const { keys } = kv()
      await new Publisher(ctx).run()

      expect(keys()).toEqual(['product:sc-1', 'product:sc-2'])
      expect(toPublish(ctx)).toEqual([{ id: 'sc-9', at: 1 }])
      expect(ctx.sql.exec('SELECT 1 FROM designs WHERE signed IS NOT NULL').toArray()).toEqual([])
    })
    expect(await env.CATALOGUE.get('product:sc-1', 'json')).toMatchObject({ title: 'd1' })
    expect(await env.CATALOGUE.get('product:sc-2', 'json')).toMatchObject({
      title: 'd2',
      product: { whole: true },
    })
  })

  it('makes ten puts a run', async () => {
    await inLedger(async (ctx) => {
      putDue(ctx, 25)
      const { keys } = kv()
      const publisher = new Publisher(ctx)
      const counts: number[] = []
      for (let n = 0; n < 4; n++) {
        await publisher.run()
        counts.push(keys().length)
      }
      expect(counts).toEqual([10, 20, 25, 25])
    })
  })

  it('stops at the first failure, asks again after a wait that doubles up to an hour, and then with another', async () => {
    await inLedger(async (ctx) => {
      putDue(ctx, 3)
      const { put, keys } = kv()
      put.mockImplementation(broken)
      const publisher = new Publisher(ctx)
      const waits: number[] = []
      for (let n = 0; n < 9; n++) {
        await publisher.run()
        await publisher.run()
        expect(keys()).toHaveLength(n + 1)
        publisher.rearm()
        const asked: number[] = []
        vi.spyOn(ctx.alarm, 'by').mockImplementationOnce((at) => void asked.push(at))
        publisher.rearm()
        const wait = (asked[0] ?? 0) - Date.now()
        waits.push(wait / MINUTE)
        passTime(wait - 1)
        await publisher.run()
        expect(keys()).toHaveLength(n + 1)
        passTime(1)
      }
      expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
      expect(keys().slice(0, 6)).toEqual([1, 2, 3, 1, 2, 3].map((n) => `product:sc-${n}`))

      put.mockResolvedValue()
      await publisher.run()
      expect(keys()).toHaveLength(12)
      expect(toPublish(ctx)).toEqual([])
    })
  })

  it('begins anew with a minute once KV took one', async () => {
    await inLedger(async (ctx) => {
      putDue(ctx, 1)
      const { put } = kv()
      const publisher = new Publisher(ctx)
      put.mockImplementation(broken)
      for (const minutes of [1, 2, 4]) {
        await publisher.run()
        passTime(minutes * MINUTE)
      }
      put.mockResolvedValue()
      await publisher.run()
      put.mockImplementation(broken)
      ctx.sql.exec('UPDATE designs SET publish_at = ?', Date.now())
      await publisher.run()
      expect(toPublish(ctx)).toEqual([{ id: 'sc-1', at: MINUTE }])
    })
  })

  it('waits five seconds for KV', async () => {
    await inLedger(async (ctx) => {
      putDue(ctx, 2)
      const { put, keys } = kv()
      put.mockReturnValue(new Promise(() => {}))
      const waits = skipWaiting()
      await new Publisher(ctx).run()

      expect(waits).toEqual([5 * SECOND])
      expect(keys()).toHaveLength(1)
      expect(toPublish(ctx).map(({ id }) => id)).toContain('sc-1')
    })
  })

  it('means the version that was put: one that came meanwhile is put in its own time', async () => {
    await inLedger(async (ctx) => {
      putDue(ctx, 1)
      const { put } = kv()
      put.mockImplementationOnce(async () => {
        expect(record(ctx.sql, version('newer', 9))).toBe('changed')
        hold(ctx, 'sc-1', 'newer', utf8('{"product":{}}'), Date.now() + MINUTE)
      })
      const publisher = new Publisher(ctx)
      await publisher.run()
      expect(toPublish(ctx)).toEqual([{ id: 'sc-1', at: MINUTE }])
      expect(heldDesign(ctx.sql, 'sc-1')).not.toBeNull()

      passTime(MINUTE)
      await publisher.run()
      expect(JSON.parse(new TextDecoder().decode(put.mock.calls[1]?.[1] as Uint8Array))).toMatchObject({
        title: 'newer',
      })
    })
  })

  it('is at work once at a time', async () => {
    await inLedger(async (ctx) => {
      putDue(ctx, 1)
      const { put, keys } = kv()
      let land = () => {}
      put.mockReturnValueOnce(new Promise<void>((resolve) => (land = resolve)))
      const publisher = new Publisher(ctx)
      const run = publisher.run()
      await publisher.run()
      land()
      await run
      expect(keys()).toHaveLength(1)
    })
  })

  it('leaves nothing in KV of a design that is erased meanwhile', async () => {
    await inLedger(async (ctx) => {
      putDue(ctx, 1)
      const put = env.CATALOGUE.put.bind(env.CATALOGUE) as (key: string, value: string) => Promise<void>
      kv().put.mockImplementationOnce((async (key: string, value: string) => {
        eraseDesign(ctx, 'sc-1', Date.now())
        await put(key, value)
      }) as typeof env.CATALOGUE.put)
      const publisher = new Publisher(ctx)
      await publisher.run()
      passTime(MINUTE)
      await publisher.run()
      expect(toPublish(ctx)).toEqual([])
    })
    expect(await env.CATALOGUE.get('product:sc-1')).toBeNull()
  })
})

describe('a design that was erased', () => {
  const erase = () => fetchAsStore('/products/sc-1', { method: 'DELETE' })
  const status = async () => (await fetchAsStore('/products/sc-1')).status

  it('is not brought back by the same callback, whoever takes it', async () => {
    // KV refused it, so that this isolate does not know that it was put, as another one would not.
    vi.spyOn(env.CATALOGUE, 'put').mockRejectedValueOnce(new Error('KV PUT failed: 500'))
    await postDesign({ product_id: 1, price: 100 })
    expect((await erase()).status).toBe(204)

    expect((await postDesign({ product_id: 1, price: 100 })).status).toBe(200)
    expect(await env.CATALOGUE.get('product:sc-1')).toBeNull()
    expect(await status()).toBe(404)
    passTime(HOUR)
    await postDesign({ product_id: 1, price: 100 })
    expect(await status()).toBe(404)
  })

  it('is brought back by a newer version of it', async () => {
    await postDesign({ product_id: 1, price: 100 })
    await erase()
    passTime(SECOND)
    await postDesign({ product_id: 1, price: 200 })
    expect(await (await fetchAsStore('/products/sc-1')).json()).toMatchObject({ price: 200 })
  })

  it('is brought back by an import, which is the wish of the store', async () => {
    await sendAsStore('PUT', '/products/sc-1', { price: 100 })
    await erase()
    expect(await status()).toBe(404)
    await sendAsStore('PUT', '/products/sc-1', { price: 100 })
    expect(await status()).toBe(200)
  })

  it('leaves KV once that works again', async () => {
    await postDesign({ product_id: 1, price: 100 })
    vi.spyOn(env.CATALOGUE, 'delete').mockRejectedValueOnce(new Error('KV DELETE failed: 500'))
    expect((await erase()).status).toBe(204)
    expect(await env.CATALOGUE.get('product:sc-1')).not.toBeNull()

    await passTo(NOW + MINUTE)
    expect(await env.CATALOGUE.get('product:sc-1')).toBeNull()
    expect(await alarmAt()).toBeNull()
  })

  it('is not held', async () => {
    await inLedger((ctx) => {
      record(ctx.sql, callback('a', 5))
      eraseDesign(ctx, 'sc-1', NOW)
      hold(ctx, 'sc-1', 'a', utf8('{"product":{}}'), NOW + MINUTE)
      expect(ctx.sql.exec('SELECT signed FROM designs').one()).toEqual({ signed: null })
    })
  })
})

describe('a put that was too slow', () => {
  /** Has the next put into KV wait until it is let go. */
  function slowPut() {
    const put = env.CATALOGUE.put.bind(env.CATALOGUE) as (key: string, value: string) => Promise<void>
    let land = () => {}
    const landed = new Promise<void>((resolve) => (land = resolve))
    vi.spyOn(env.CATALOGUE, 'put').mockImplementationOnce((async (key: string, value: string) => {
      await landed
      await put(key, value)
    }) as typeof env.CATALOGUE.put)
    return land
  }
  const publishAt = () =>
    inLedger(({ sql }) => sql.exec<{ at: number | null }>('SELECT publish_at AS at FROM designs').one().at)
  /** Until what goes on after the answer has come to `at`. */
  async function comesTo(at: number | null): Promise<void> {
    for (let looks = 0; looks < 200; looks++) if ((await publishAt()) === at) return
    expect(await publishAt()).toBe(at)
  }
  const inKv = () => env.CATALOGUE.get<{ price: number }>('product:sc-1', 'json')

  it('is made again a minute after it landed, since it may have landed on top of a newer one', async () => {
    const land = slowPut()
    skipWaiting()
    await postDesign({ product_id: 1, price: 100 }, { age: 5 })
    vi.mocked(setTimeout).mockRestore()
    await postDesign({ product_id: 1, price: 200 })
    await inLedger(async (ctx) => {
      passTime(MINUTE)
      await new Publisher(ctx).run()
    })
    expect(await inKv()).toMatchObject({ price: 200 })

    land()
    await comesTo(NOW + 2 * MINUTE)
    expect(await inKv()).toMatchObject({ price: 100 })
    await inLedger(async (ctx) => {
      passTime(MINUTE)
      await new Publisher(ctx).run()
    })
    expect(await inKv()).toMatchObject({ price: 200 })
  })

  it('leaves nothing in KV of a design that was erased before it landed', async () => {
    const land = slowPut()
    skipWaiting()
    await postDesign({ product_id: 1, price: 100 })
    vi.mocked(setTimeout).mockRestore()
    await fetchAsStore('/products/sc-1', { method: 'DELETE' })
    land()
    for (let looks = 0; looks < 50; looks++) await publishAt()
    expect(await inKv()).not.toBeNull()
    await passTo(NOW + 2 * MINUTE)
    expect(await inKv()).toBeNull()
  })
})
