import { tidyStores } from '../../../../domain/rule-stores.ts'
import type { RuleStores } from '../../../../server/api/rules/schema.ts'
import type { StoreView } from '../../../../server/api/stores/schema.ts'
import type { Option } from '../Audience/audience-lists.ts'
import type { RulesWords } from './rules-words.ts'

/** how many names a line of the history has room for */
const MOST_NAMES = 6

/** Regions and stores as one list to choose from, regions first. */
export function storeOptions(stores: readonly StoreView[], words: RulesWords): Option[] {
  const regions = [...new Set(stores.flatMap(({ region }) => region ?? []))]
  return [
    ...regions.map((name) => ({
      value: regionValue(name),
      label: name,
      hint: words.wholeRegion(stores.filter(({ region }) => region === name).length),
    })),
    ...stores.map(({ storeNo, name, region }) => ({
      value: storeValue(storeNo),
      label: name,
      hint: region ? `${region} · ${storeNo}` : storeNo,
    })),
  ]
}

/** What is chosen, as values of the list. */
export function valuesOf({ regions, storeNos }: RuleStores): string[] {
  return [...regions.map(regionValue), ...storeNos.map(storeValue)]
}

/** The values of the list that are chosen, as the API takes them. */
export function storesOf(values: readonly string[]): RuleStores {
  const of = (begin: string) =>
    values.filter((value) => value.startsWith(begin)).map((value) => value.slice(begin.length))
  const { regions, storeNos } = tidyStores({ regions: of(REGION), storeNos: of(STORE) })
  return { regions: [...regions], storeNos: [...storeNos] }
}

/** Where a rule holds, as a line of the history tells it. @example storesText(null, [], words) // '全部门店' */
export function storesText(
  stores: RuleStores | null,
  known: readonly StoreView[],
  words: RulesWords,
): string {
  if (stores === null) return words.allStores
  const nameOf = (no: string) => known.find(({ storeNo }) => storeNo === no)?.name ?? no
  const names = [...stores.regions, ...stores.storeNos.map(nameOf)]
  if (names.length === 0) return words.noStores
  const shown = names.slice(0, MOST_NAMES).join(words.comma)
  return names.length > MOST_NAMES ? words.andMore(shown, names.length) : shown
}

const REGION = 'region:'
const STORE = 'store:'
const regionValue = (name: string) => `${REGION}${name}`
const storeValue = (storeNo: string) => `${STORE}${storeNo}`
