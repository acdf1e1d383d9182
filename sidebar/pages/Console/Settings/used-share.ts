const TONES = [
  { from: 0.9, tone: 'bad' },
  { from: 0.6, tone: 'warn' },
] as const

/**
 * How much of a limit is used, as people read it, and how grave that is.
 * @example usedShare({ used: 28, limit: 30 }) // { percent: '93%', tone: 'bad' }
 */
export function usedShare({ used, limit }: { used: number; limit: number }) {
  const share = limit === 0 ? 0 : used / limit
  return {
    percent: share > 0 && share < 0.01 ? '< 1%' : `${Math.round(share * 100)}%`,
    tone: TONES.find(({ from }) => share >= from)?.tone ?? '',
  }
}
