/** A small seeded generator (mulberry32): the same seed gives the same chain on every machine. */
export interface Random {
  /** in [0, 1) */
  next: () => number
  /** whole number in [from, to] */
  between: (from: number, to: number) => number
  /** one of a list that is not empty */
  pick: <T>(list: readonly T[]) => T
  chance: (probability: number) => boolean
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    between,
    pick: (list) => {
      const index = between(0, list.length - 1)
      if (index >= list.length) throw new RangeError('nothing to pick from')
      return list[index] as (typeof list)[number]
    },
    chance: (probability) => next() < probability,
  }
}
