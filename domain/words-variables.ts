import type { Lang } from './words.ts'

/** One variable of words, as it is written between braces. */
interface Variable {
  about: Record<Lang, string>
  /** what it reads like where no customer is chosen */
  example: string
  /** characters (UTF-16 units) after which a value is cut, so that a message stays short */
  longest: number
  /** stands there where nothing is known; null: there is nothing that always fits */
  fallback: string | null
  /** not known of everybody: words must say what stands there then, {常买|我们家的东西} */
  sometimes?: true
}

/** Every variable there is. Which of them fit is told by the situation (words-situations.ts). */
export const VARIABLES = {
  称呼: {
    about: { 'zh-CN': '怎么称呼客户', en: 'how the customer is addressed' },
    example: '张女士',
    longest: 12,
    fallback: '您',
  },
  导购: {
    about: { 'zh-CN': '发消息的导购', en: 'the guide who writes' },
    example: '小王',
    longest: 8,
    fallback: '导购',
  },
  门店: {
    about: { 'zh-CN': '导购的门店', en: 'the guide’s store' },
    example: '静安店',
    longest: 20,
    fallback: '店里',
  },
  等级: {
    about: { 'zh-CN': '客户现在的等级', en: 'the tier held now' },
    example: '金',
    longest: 12,
    fallback: '会员',
  },
  常买: {
    about: { 'zh-CN': '客户最常买的品类', en: 'the category bought most often' },
    example: '茶具',
    longest: 12,
    fallback: null,
    sometimes: true,
  },
  生日: {
    about: { 'zh-CN': '过生日的那天', en: 'the day it is celebrated' },
    example: '11 月 24 日',
    longest: 12,
    fallback: null,
  },
  券名: {
    about: { 'zh-CN': '最早到期的那张券', en: 'the coupon that ends first' },
    example: '满200减50',
    longest: 12,
    fallback: null,
  },
  券数: {
    about: { 'zh-CN': '快到期的券有几张', en: 'how many coupons end' },
    example: '2',
    longest: 6,
    fallback: null,
  },
  面额: {
    about: { 'zh-CN': '最早到期那张券值多少', en: 'what that coupon is worth' },
    example: '¥50',
    longest: 14,
    fallback: null,
    sometimes: true,
  },
  到期日: {
    about: { 'zh-CN': '最早到期的日子', en: 'the day the first one ends' },
    example: '11 月 25 日',
    longest: 12,
    fallback: null,
  },
  积分: {
    about: { 'zh-CN': '最早到期的积分', en: 'the points that end first' },
    example: '320',
    longest: 16,
    fallback: null,
  },
  积分合计: {
    about: { 'zh-CN': '快到期的积分一共多少', en: 'all points that are ending' },
    example: '520',
    longest: 16,
    fallback: null,
  },
  上次到店: {
    about: { 'zh-CN': '上次购买的日子', en: 'the day of the last purchase' },
    example: '8 月 22 日',
    longest: 12,
    fallback: null,
  },
  天数: {
    about: { 'zh-CN': '到今天有几天没来', en: 'days since then, as of today' },
    example: '92',
    longest: 6,
    fallback: null,
  },
  入会日: {
    about: { 'zh-CN': '入会的日子', en: 'the day they joined' },
    example: '11 月 19 日',
    longest: 12,
    fallback: null,
  },
  首单日: {
    about: { 'zh-CN': '第一次下单的日子', en: 'the day of the first purchase' },
    example: '11 月 21 日',
    longest: 12,
    fallback: null,
  },
  新等级: {
    about: { 'zh-CN': '升到的等级', en: 'the tier they rose to' },
    example: '银卡',
    longest: 13,
    fallback: null,
  },
  原等级: {
    about: { 'zh-CN': '原来的等级', en: 'the tier before' },
    example: '铜卡',
    longest: 13,
    fallback: null,
  },
  保级等级: {
    about: { 'zh-CN': '要保住的等级', en: 'the tier to keep' },
    example: '银',
    longest: 12,
    fallback: null,
  },
  保级日: {
    about: { 'zh-CN': '复核等级的日子', en: 'the day of the review' },
    example: '12 月 4 日',
    longest: 12,
    fallback: null,
  },
  差额: {
    about: { 'zh-CN': '保级还差多少', en: 'what is short of keeping it' },
    example: '¥320 和 2 次购买',
    longest: 40,
    fallback: null,
  },
  节日: {
    about: { 'zh-CN': '节日，或者生日', en: 'the festival, or the birthday' },
    example: '中秋节',
    longest: 12,
    fallback: null,
  },
} as const satisfies Record<string, Variable>

export type WordsVariable = keyof typeof VARIABLES

/** What variables stand for, of one customer; null or absent: not known. */
export type WordsValues = Partial<Record<WordsVariable, string | null>>

/** Whether a name between braces is a variable. */
export function isVariable(name: string): name is WordsVariable {
  return Object.hasOwn(VARIABLES, name)
}

/** A variable as it is told to people. */
export function variableOf(name: WordsVariable): Variable {
  return VARIABLES[name]
}

/** Variables that always have something to stand for them: those of an assignment's own words. */
export const PLAIN_VARIABLES = ['称呼', '导购', '门店', '等级'] as const satisfies WordsVariable[]
