/** One way of saying the same: of several, customers see each by its weight. */
export interface Variant {
  /** A, B, …: what touches note */
  code: string
  text: string
  /** its share is its weight ÷ the sum of all; 0: nobody sees it */
  weight: number
}

/**
 * Which variant a customer sees: always the same one while the variants stay as they are, each by its weight, and when one
 * comes, goes or gets another weight, nobody moves between the others (weighted rendezvous hashing).
 *
 * @param template whose variants they are: another template divides the same customers anew
 * @returns the first one where no weight is above 0
 * @throws RangeError without a variant
 */
export function chooseVariant<V extends Variant>(
  variants: readonly V[],
  template: string,
  customerId: string,
): V {
  let [chosen] = variants
  if (!chosen) throw new RangeError('words have one variant at least')
  let best = Number.POSITIVE_INFINITY
  for (const variant of variants) {
    if (variant.weight <= 0) continue
    const key = -Math.log(share(`${template}|${variant.code}|${customerId}`)) / variant.weight
    if (key >= best) continue
    best = key
    chosen = variant
  }
  return chosen
}

/** A number above 0 and below 1 that looks random and is always the same for a text: FNV-1a, mixed as MurmurHash3 ends. */
function share(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  hash ^= hash >>> 16
  return ((hash >>> 0) + 0.5) / 2 ** 32
}
