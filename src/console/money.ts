/**
 * A price in words, from minor units: 2999 is $29.99, but ¥2,999 and KWD 2.999, since currencies differ in their decimals.
 *
 * A dash when there is no price.
 */
export function money(minor: number | null | undefined, currency: string): string {
  if (minor === null || minor === undefined || !Number.isSafeInteger(minor)) return '–'
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  const { maximumFractionDigits = 2 } = format.resolvedOptions()
  return format.format(minor / 10 ** maximumFractionDigits)
}
