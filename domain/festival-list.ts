import type { Lang } from './words.ts'

/** When a festival is: month × 100 + day of a calendar, or the n-th Sunday of a month. */
type FestivalDate = { solar: number } | { lunar: number } | { month: number; sunday: number }

interface FestivalRow {
  code: string
  name: Record<Lang, string>
  on: FestivalDate
}

/** The festivals on which a guide may greet customers, in the order of the year (domain-rules 8). */
export const FESTIVALS = [
  { code: 'new_year', name: { 'zh-CN': '元旦', en: 'New Year' }, on: { solar: 101 } },
  { code: 'spring_festival', name: { 'zh-CN': '春节', en: 'Spring Festival' }, on: { lunar: 101 } },
  { code: 'lantern', name: { 'zh-CN': '元宵节', en: 'Lantern Festival' }, on: { lunar: 115 } },
  { code: 'womens_day', name: { 'zh-CN': '妇女节', en: "Women's Day" }, on: { solar: 308 } },
  {
    code: 'mothers_day',
    name: { 'zh-CN': '母亲节', en: "Mother's Day" },
    on: { month: 5, sunday: 2 },
  },
  { code: 'dragon_boat', name: { 'zh-CN': '端午节', en: 'Dragon Boat' }, on: { lunar: 505 } },
  {
    code: 'fathers_day',
    name: { 'zh-CN': '父亲节', en: "Father's Day" },
    on: { month: 6, sunday: 3 },
  },
  { code: 'qixi', name: { 'zh-CN': '七夕', en: 'Qixi' }, on: { lunar: 707 } },
  { code: 'teachers_day', name: { 'zh-CN': '教师节', en: "Teachers' Day" }, on: { solar: 910 } },
  { code: 'mid_autumn', name: { 'zh-CN': '中秋节', en: 'Mid-Autumn' }, on: { lunar: 815 } },
  { code: 'national_day', name: { 'zh-CN': '国庆节', en: 'National Day' }, on: { solar: 1001 } },
] as const satisfies readonly FestivalRow[]

export type Festival = (typeof FESTIVALS)[number]['code']

export const FESTIVAL_CODES: readonly Festival[] = FESTIVALS.map(({ code }) => code)

/** What a festival is called; an unknown code stays as it is. */
export function festivalName(code: string, lang: Lang): string {
  return FESTIVALS.find((row) => row.code === code)?.name[lang] ?? code
}
