import { shoplineSignature } from '../shopline/signature.ts'
import { signCustomiserSignature } from '../sign-customiser/signature.ts'
import type { Scheme } from '../signing/scheme.ts'
import {
  type Command,
  Misuse,
  operand,
  type Report,
  type Surroundings,
  secretsOf,
  Trouble,
  textFlag,
} from './command.ts'
import { suspects } from './suspects.ts'

type Bytes = Uint8Array<ArrayBuffer>

interface SchemeFacts {
  scheme: Scheme
  /** The settings that may hold the secret, and what each signs. */
  secrets: Record<string, string>
  /** Seconds, either way; null where the vendor documents no window. */
  tolerance: number | null
}

const SCHEMES: Record<string, SchemeFacts> = {
  'sign-customiser': {
    scheme: signCustomiserSignature,
    secrets: {
      SIGN_CUSTOMISER_INTEGRATION_SECRET: 'the Create Product URL',
      SIGN_CUSTOMISER_WEBHOOK_SECRET: 'webhook subscriptions',
    },
    tolerance: 300,
  },
  shopline: {
    scheme: shoplineSignature,
    secrets: { SHOPLINE_APP_SECRET: 'SHOPLINE’s webhooks' },
    tolerance: null,
  },
}

interface Match {
  setting: string
  reading: string
  /** What happened to the body since it was signed; null when nothing did. */
  story: string | null
}

export const verify: Command = {
  summary: 'says whether a signature fits a body, or why not',
  usage: `<file|-> --timestamp seconds --signature hex [--scheme sign-customiser|shopline]

Save the body exactly as it arrived. Timestamp and signature are those of x-webhook-timestamp and x-webhook-signature, for
SHOPLINE those of x-shopline-developer-event-timestamp and ?sign=. Every secret that is set is tried:
SIGN_CUSTOMISER_INTEGRATION_SECRET and SIGN_CUSTOMISER_WEBHOOK_SECRET, or SHOPLINE_APP_SECRET.
Exit code 0 means that the bridge would take it.`,
  flags: { timestamp: { type: 'string' }, signature: { type: 'string' }, scheme: { type: 'string' } },

  async run(request, surroundings) {
    const name = textFlag(request, 'scheme') ?? 'sign-customiser'
    const facts = Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined
    if (!facts) throw new Misuse(`--scheme must be one of ${Object.keys(SCHEMES).join(', ')}.`)
    const timestamp = textFlag(request, 'timestamp')
    const signature = textFlag(request, 'signature')
    if (timestamp === undefined || signature === undefined)
      throw new Misuse('Give --timestamp and --signature.')
    const body = await surroundings.read(operand(request, 0, 'The file with the body'))

    const misshapen = shapeOf(timestamp, signature)
    if (misshapen !== null) return no(misshapen)
    const match = await find(facts, surroundings, { timestamp, signature }, body)
    if (!match) return no(unexplained(facts, surroundings))
    const whose = `Signed with ${match.setting}, the secret of ${facts.secrets[match.setting]}`
    if (match.story !== null)
      return no(
        `${whose}, but over another body: since it was signed, ${match.story}. Verify and pass on the bytes as they came.`,
        match,
      )
    const late = ageOf(timestamp, facts.tolerance, surroundings.now())
    if (late !== null) return no(`${whose}, and the body is untouched, but ${late}`, match)
    const reading = name === 'shopline' ? ` SHOPLINE wrote the JSON with this reading: ${match.reading}.` : ''
    return { isGood: true, text: `Yes. ${whose}.${reading}`, json: { genuine: true, ...match } }
  },
}

const no = (text: string, match?: Match): Report => ({
  isGood: false,
  text: `No. ${text}`,
  json: { genuine: false, why: text, ...match },
})

function shapeOf(timestamp: string, signature: string): string | null {
  if (/^[\w-]+=/.test(signature) && !/^[A-Za-z0-9+/]+=+$/.test(signature))
    return 'The signature has a prefix: it must be 64 hex digits and nothing before them.'
  if (/^[0-9a-f]+$/i.test(signature) && signature.length !== 64)
    return `The signature has ${signature.length} hex digits instead of 64: it was cut off, or is another algorithm’s.`
  if (!/^[0-9a-f]{64}$/i.test(signature))
    return 'The signature is not hex; it may be Base64. It must be 64 hex digits.'
  if (!/^\d{1,15}$/.test(timestamp)) return 'The timestamp is not a Unix time in digits.'
  return null
}

function ageOf(timestamp: string, tolerance: number | null, now: number): string | null {
  if (tolerance === null) return null
  const age = Math.floor(now / 1000) - Number(timestamp)
  if (Number(timestamp) > 1e11) return 'its timestamp is in milliseconds: it must be in seconds.'
  if (age > tolerance) return `it was signed ${age} seconds ago, which is too old by ${age - tolerance}.`
  if (age < -tolerance)
    return `it is signed ${-age} seconds ahead of time: a clock is wrong by at least ${-age - tolerance}.`
  return null
}

/** Tries every secret over the body as it is, then over what it may have been. */
async function find(
  { scheme, secrets }: SchemeFacts,
  surroundings: Surroundings,
  claim: { timestamp: string; signature: string },
  body: Bytes,
): Promise<Match | null> {
  const settings = Object.keys(secrets).map((setting) => ({
    setting,
    live: secretsOf(surroundings, setting),
  }))
  if (settings.every(({ live }) => live.length === 0))
    throw new Trouble(
      `${Object.keys(secrets).join(' or ')} must be set: put it into .dev.vars, or into the environment.`,
    )
  for (const suspect of [{ body, story: null }, ...suspects(body)])
    for (const { setting, live } of settings) {
      const vouched = live.length === 0 ? null : await scheme.vouches(claim, suspect.body, live)
      if (vouched !== null) return { setting, reading: vouched.reading, story: suspect.story }
    }
  return null
}

function unexplained({ secrets }: SchemeFacts, surroundings: Surroundings): string {
  const missing = Object.keys(secrets).filter((setting) => secretsOf(surroundings, setting).length === 0)
  return [
    'No secret that is set made this signature for this body, nor for any it may have been',
    ' (pretty-printed, slashes or letters escaped, a line break or a byte-order mark more or less).',
    ' It was signed with another secret, at another time than the timestamp says, or the body has other content.',
    ...(missing.length === 0 ? [] : [` Not tried, since not set: ${missing.join(', ')}.`]),
  ].join('')
}
