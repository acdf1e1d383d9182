/** Where a rule holds: in every store of these regions, also in those that open later, and in these stores. */
export interface RuleStores {
  regions: readonly string[]
  storeNos: readonly string[]
}

/** The same choice in one order, without doubles: what says the same is the same version. */
export function tidyStores({ regions, storeNos }: RuleStores): RuleStores {
  const tidy = (names: readonly string[]) => [...new Set(names)].sort()
  return { regions: tidy(regions), storeNos: tidy(storeNos) }
}
