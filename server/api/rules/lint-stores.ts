import type { Finding } from '../../../bot/rules/rule.ts'
import type { RuleStores } from '../../../domain/rule-stores.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma, type Db } from '../../../prisma/db.ts'

/** What is wrong with the stores of a rule: none at all, or one that there isn't (any more). Null, all of them, is right. */
export async function lintStores(
  db: Db,
  stores: RuleStores | null,
  lang: Lang,
): Promise<Finding[]> {
  if (stores === null) return []
  const { regions, storeNos } = stores
  if (regions.length + storeNos.length === 0)
    return [wrong('holds_nowhere', 'stores', NOWHERE[lang])]
  const [gone] = await db.$queryRaw<{ regions: string[]; storeNos: string[] }[]>(Prisma.sql`
    select array(select asked from unnest(${[...regions]}::text[]) as asked
        where not exists (select 1 from store where region = asked)) as regions,
      array(select asked from unnest(${[...storeNos]}::text[]) as asked
        where not exists (select 1 from store where store_no = asked)) as "storeNos"`)
  const say = SAY[lang]
  return [
    ...(gone?.regions ?? []).map((name) =>
      wrong('unknown_region', 'stores.regions', say.region(name)),
    ),
    ...(gone?.storeNos ?? []).map((name) =>
      wrong('unknown_store', 'stores.storeNos', say.store(name)),
    ),
  ]
}

function wrong(code: string, field: string, message: string): Finding {
  return { severity: 'error', code, field, message }
}

const NOWHERE: Record<Lang, string> = {
  'zh-CN': '一家门店都没选，这条规则哪里都不会生效：选上区域或门店，或者改回全部门店。',
  en: 'No store is chosen: the rule would hold nowhere. Choose regions or stores, or all stores.',
}

const SAY: Record<Lang, Record<'region' | 'store', (name: string) => string>> = {
  'zh-CN': {
    region: (name) => `现在没有门店属于「${name}」这个区域：去掉它，或者选别的区域。`,
    store: (name) => `没有编号为「${name}」的门店：去掉它，或者选别的门店。`,
  },
  en: {
    region: (name) => `No store is in the region “${name}” now: take it out, or choose another.`,
    store: (name) => `There is no store “${name}”: take it out, or choose another.`,
  },
}
