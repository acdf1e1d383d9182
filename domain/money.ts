/**
 * Fen as yuan for people: thousands separated, cents in two digits where there are any.
 * @example formatFen(32000) // '¥320'
 * @example formatFen(129950) // '¥1,299.50'
 */
export function formatFen(fen: number | bigint): string {
  const whole = BigInt(fen)
  const size = whole < 0n ? -whole : whole
  const yuan = (size / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ',')
  const cents = size % 100n
  const rest = cents === 0n ? '' : `.${cents.toString().padStart(2, '0')}`
  return `${whole < 0n ? '-' : ''}¥${yuan}${rest}`
}
