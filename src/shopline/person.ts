import type { JsonObject } from '../http/json.ts'
import { filled, objectOf, textOf } from './fields.ts'

/** Family names of two characters are few; all others have one. */
const TWO_CHARACTER_FAMILY_NAME =
  /^(歐陽|欧阳|司馬|司马|諸葛|诸葛|上官|司徒|皇甫|令狐|東方|东方|夏侯|尉遲|尉迟|端木|張簡|范姜)/u
const EAST_ASIAN = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Katakana}\p{Script=Hiragana}\s]+$/u

interface Name {
  first_name?: string | undefined
  last_name?: string | undefined
}

/**
 * Splits SHOPLINE's one name field. A guess, since the vendor says nothing of it: East Asian names begin with the family name,
 * others end with it; a single word is a first name.
 */
export function nameOf(name: string | undefined): Name {
  const words = name?.split(/\s+/) ?? []
  const [first, ...rest] = words
  if (name === undefined || first === undefined) return {}
  if (!EAST_ASIAN.test(name)) {
    const last_name = rest.pop()
    return { first_name: [first, ...rest].join(' '), last_name }
  }
  if (rest.length > 0) return { first_name: rest.join(' '), last_name: first }
  const family = TWO_CHARACTER_FAMILY_NAME.test(name) ? 2 : 1
  const characters = [...name]
  return characters.length <= family
    ? { first_name: name }
    : { first_name: characters.slice(family).join(''), last_name: characters.slice(0, family).join('') }
}

/** One number: digits, a plus at most in front, and what people put between digits. */
const PLAIN_NUMBER = /^\+?[\d\s().‐–—−ー-]+$/u
/** Digits of a number with its country's code: at most as E.164 has it, and with fewer it is no number. */
const LEAST_DIGITS = 7
const MOST_DIGITS = 15
/** Countries where a 0 in front belongs to the number, or where something else than one 0 is dialled in front of it. */
const OTHER_PREFIXES: readonly string[] = ['7', '36', '39', '225', '241', '242', '378']

/**
 * A phone number as it is dialled from abroad, where the country's code is known: `0912 345 678` and `886` is `+886912345678`.
 *
 * Whatever is not surely one national number stays as it was written: two numbers, an extension, digits that begin with the
 * country's code and may have it already. A number dialled wrongly is worse than one that has to be read.
 */
export function phoneOf(phone: string | undefined, countryCode: string | undefined): string | undefined {
  const plain = phone?.normalize('NFKC').trim() ?? ''
  if (!PLAIN_NUMBER.test(plain)) return phone
  const code = countryCode?.normalize('NFKC').replace(/\D/g, '') ?? ''
  if (code === '' || plain.startsWith('+')) return plain
  const digits = plain.replace(/\D/g, '')
  const national = nationalOf(digits, code)
  const length = national === null ? 0 : code.length + national.length
  return length < LEAST_DIGITS || length > MOST_DIGITS ? plain : `+${code}${national}`
}

/** The digits that follow the country's code; null where they can't be told. */
function nationalOf(digits: string, code: string): string | null {
  if (digits.startsWith(`00${code}`)) return digits.slice(2 + code.length)
  if (digits.startsWith('00') || digits.startsWith(code)) return null
  if (OTHER_PREFIXES.includes(code)) return null
  return digits.replace(/^0/, '')
}

/** The customer, who may be another person than the one the order goes to. */
export function customerOf(order: JsonObject): JsonObject | undefined {
  return filled({
    ...nameOf(textOf(order.customer_name)),
    email: textOf(order.customer_email),
    phone: phoneOf(textOf(order.customer_phone), textOf(order.customer_phone_country_code)),
  })
}

/**
 * Where the order goes. With store pick-up that is the store, and the customer's own address may be thin or missing.
 * `address_2` normally carries the district.
 */
export function shippingAddressOf(order: JsonObject): JsonObject | undefined {
  const address = objectOf(order.delivery_address)
  const pickUp = objectOf(order.delivery_data)
  const store = [textOf(pickUp.location_name), textOf(pickUp.location_code)].filter(Boolean).join(' ')
  return filled({
    ...nameOf(textOf(address.recipient_name) ?? textOf(order.customer_name)),
    phone: phoneOf(textOf(address.recipient_phone), textOf(address.recipient_phone_country_code)),
    address_1: textOf(pickUp.store_address) ?? textOf(address.address_1),
    address_2: textOf(store) ?? textOf(address.address_2) ?? textOf(address.district),
    city: textOf(address.city),
    province: textOf(address.state),
    postcode: textOf(address.postcode),
    country: textOf(address.country_code) ?? textOf(address.country),
  })
}
