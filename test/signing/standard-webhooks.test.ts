import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { standardSignatures } from '../../src/signing/standard-webhooks.ts'

describe('a signature of Standard Webhooks', () => {
  it("is that of the specification's example", async () => {
    const signature = await standardSignatures(
      ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      '1614265330',
      '{"test": 2432232314}',
    )
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  it('passes the published library, whatever is in the body', async () => {
    const secret = `whsec_${btoa('\u00ff'.repeat(64))}`
    const timestamp = `${Math.floor(Date.now() / 1000)}`
    const body = JSON.stringify({ text: 'ü 漢 \u0000 😀' })

    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': timestamp,
      'webhook-signature': await standardSignatures([secret], 'msg_1', timestamp, body),
    }
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body))
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow('No matching signature')
  })
})
