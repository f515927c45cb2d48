import { describe, expect, it } from 'vitest'
import { Alarm } from '../../src/ledger/alarm.ts'

/** The part of a storage that an alarm needs, with what it was asked. */
function storageOf(alarm: number | null = null) {
  const storage = {
    alarm,
    asked: [] as number[],
    isBroken: false,
    async getAlarm() {
      return storage.alarm
    },
    async setAlarm(at: number) {
      storage.asked.push(at)
      if (storage.isBroken) throw new Error('the alarm can not be set')
      storage.alarm = at
    },
  }
  return storage
}

const alarmOf = (storage: ReturnType<typeof storageOf>) =>
  new Alarm(storage as unknown as DurableObjectStorage)

describe('the alarm', () => {
  it('is set for the earliest that anybody asked for, once', async () => {
    const storage = storageOf()
    const alarm = alarmOf(storage)
    for (const at of [300, 100, 200, Number.POSITIVE_INFINITY]) alarm.by(at)
    await alarm.armed()
    await alarm.armed()

    expect(storage.asked).toEqual([100])
  })

  it('is not set when nothing was asked for', async () => {
    const storage = storageOf()
    const alarm = alarmOf(storage)
    await alarm.armed()
    alarm.by(Number.POSITIVE_INFINITY)
    await alarm.armed()

    expect(storage.asked).toEqual([])
  })

  it('is never put off by a later one, whoever set the earlier one', async () => {
    const storage = storageOf(100)
    const alarm = alarmOf(storage)
    await alarm.load()
    for (const at of [150, 100, 90, 95]) {
      alarm.by(at)
      await alarm.armed()
    }

    expect(storage.asked).toEqual([90])
    expect(storage.alarm).toBe(90)
  })

  it('is used up once it fired', async () => {
    const storage = storageOf()
    const alarm = alarmOf(storage)
    alarm.by(100)
    await alarm.armed()
    alarm.fired()
    alarm.by(200)
    await alarm.armed()

    expect(storage.asked).toEqual([100, 200])
  })

  it('that could not be set is not taken for set: the next call sets it', async () => {
    const storage = storageOf()
    const alarm = alarmOf(storage)
    storage.isBroken = true
    alarm.by(100)
    await expect(alarm.armed()).rejects.toThrow('can not be set')
    storage.isBroken = false
    await alarm.armed()

    expect(storage.alarm).toBe(100)
  })

  it('that could not be set does not keep a later one from being set', async () => {
    const storage = storageOf(300)
    const alarm = alarmOf(storage)
    await alarm.load()
    storage.isBroken = true
    alarm.by(100)
    await expect(alarm.armed()).rejects.toThrow()
    storage.isBroken = false
    alarm.by(200)
    await alarm.armed()

    expect(storage.alarm).toBe(100)
  })

  it('that was lost is set again once that was noticed', async () => {
    const storage = storageOf()
    const alarm = alarmOf(storage)
    alarm.by(100)
    await alarm.armed()
    storage.alarm = null
    await alarm.load()
    alarm.by(200)
    await alarm.armed()

    expect(storage.alarm).toBe(200)
  })
})
