import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sandbox } from '../../src/sandbox/sandbox.ts'
import {
  anOrder,
  freezeTime,
  HOUR,
  MINUTE,
  passTime,
  postOrder,
  readOrder,
  runAlarm,
  startAfresh,
} from '../bridge.ts'
import { designIn, failNext, fetchFromOutside, OPTIONS, received } from '../sandbox/drive.ts'

beforeEach(freezeTime)
afterEach(startAfresh)

describe('an order that was sent, but whose answer was lost', () => {
  it.each([
    ['the connection dropped', { kind: 'drop' }],
    ['a proxy timed out', { kind: 'status', status: 504 }],
    ['a page came instead', { kind: 'html' }],
  ])('is settled as relayed by the next send when they have it: %s', async (_, fault) => {
    const app = sandbox({ ...OPTIONS, refuseDuplicates: true })
    fetchFromOutside(app)
    await designIn(app, { product_id: 1 })
    await failNext(app, { ...fault, recorded: true })

    expect((await postOrder(anOrder())).status).toBe(202)
    expect((await readOrder()).state).toBe('unconfirmed')
    passTime(HOUR)
    await runAlarm()

    expect(await readOrder()).toMatchObject({ state: 'relayed', attempts: 2 })
    expect(await received(app)).toHaveLength(1)
  })

  it('reaches them when it had not, and only then', async () => {
    const app = sandbox(OPTIONS)
    fetchFromOutside(app)
    await designIn(app, { product_id: 1 })
    await failNext(app, { kind: 'drop' })

    await postOrder(anOrder())
    passTime(MINUTE)
    await runAlarm()
    expect(await received(app)).toEqual([])

    passTime(HOUR)
    await runAlarm()
    expect((await readOrder()).state).toBe('relayed')
    expect(await received(app)).toHaveLength(1)
  })

  it('may arrive twice where they take an order twice: the one exception to the promise', async () => {
    const app = sandbox(OPTIONS)
    fetchFromOutside(app)
    await designIn(app, { product_id: 1 })
    await failNext(app, { kind: 'drop', recorded: true })

    await postOrder(anOrder())
    passTime(HOUR)
    await runAlarm()
    passTime(HOUR)
    await runAlarm()

    expect((await readOrder()).state).toBe('relayed')
    expect(await received(app)).toHaveLength(2)
  })
})
