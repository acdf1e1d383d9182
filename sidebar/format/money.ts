/**
 * Money as people read it, from fen: no cents where there are none.
 * @example yuan(128050) // '¥1,280.50'
 * @example yuan(128000) // '¥1,280'
 */
export function yuan(fen: number): string {
  const cents = Math.abs(fen) % 100
  const whole = Math.trunc(Math.abs(fen) / 100).toLocaleString('en-US')
  const sign = fen < 0 ? '-' : ''
  return `${sign}¥${whole}${cents ? `.${String(cents).padStart(2, '0')}` : ''}`
}

/** A rate in percent, one decimal; a dash where nothing was due. @example percent(0.3333) // '33.3%' */
export function percent(rate: number | null): string {
  return rate === null ? '–' : `${(rate * 100).toFixed(1)}%`
}
