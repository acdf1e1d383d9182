import type { Random } from '../../../prisma/seed/random.ts'

/** The items in an order of chance, the same for the same seed. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
