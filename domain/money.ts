/**
 * Fen as yuan for people: no needless zeros, thousands separated.
 * @example formatFen(32000) // '¥320'
 * @example formatFen(129950) // '¥1,299.5'
 */
export function formatFen(fen: number | bigint): string {
  const whole = BigInt(fen)
  const size = whole < 0n ? -whole : whole
  const yuan = (size / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ',')
  const cents = (size % 100n).toString().padStart(2, '0').replace(/0+$/, '')
  return `${whole < 0n ? '-' : ''}¥${yuan}${cents ? `.${cents}` : ''}`
}
