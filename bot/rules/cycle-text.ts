import type { CycleSource, Lang } from '../../domain/words.ts'

/**
 * Whose rhythm a sentence tells, and of how many days; the Chinese one goes on with what happened.
 * @example cycleText({ cycleDays: 15, cycleSource: 'store' }, 'zh-CN') // '本店客人通常 15 天来一次'
 */
export function cycleText(
  { cycleDays, cycleSource }: { cycleDays: number; cycleSource: CycleSource },
  lang: Lang,
): string {
  const who = WHOSE[cycleSource][lang]
  return lang === 'en' ? `${who} every ${cycleDays} days` : `${who}通常 ${cycleDays} 天来一次`
}

const WHOSE = {
  own: { 'zh-CN': '', en: 'Usually comes' },
  category: { 'zh-CN': '买同类商品的客人', en: 'Buyers of the same category come' },
  store: { 'zh-CN': '本店客人', en: 'Customers of the store come' },
  chain: { 'zh-CN': '全部门店的客人', en: 'Customers of the chain come' },
} as const
