import type { HandoverState, HandoverWhy } from '../../../domain/handover.ts'
import type { Lang } from '../../../domain/words.ts'

const WORDS: Record<HandoverWhy, Record<Lang, string>> = {
  in_transfer: {
    'zh-CN': '正在交接给别人，要等那一次有结果',
    en: 'Being handed over already: wait for its result',
  },
  twice: {
    'zh-CN': '90 天内已经交接过两次，企业微信不允许更多',
    en: 'Handed over twice within 90 days: WeCom allows no more',
  },
  no_taker: { 'zh-CN': '没有可以接手的同事', en: 'Nobody can take them' },
  not_contact: {
    'zh-CN': '在企业微信里已经不是 TA 的客户',
    en: 'Not their customer in WeCom any more',
  },
  taker_not_ready: {
    'zh-CN': '接手的同事在企业微信里还不能接客户：请确认已激活、实名并开通客户联系',
    en: 'The taker can’t have customers in WeCom yet: check activation, real name and 客户联系',
  },
  no_member: {
    'zh-CN': '企业微信里找不到交出或接手的同事',
    en: 'WeCom does not know the giver or the taker',
  },
  not_resigned: {
    'zh-CN': '企业微信里 TA 还没有离职',
    en: 'They have not left the company in WeCom',
  },
  wecom: { 'zh-CN': '企业微信没有接受', en: 'WeCom did not accept it' },
}

const STATES: Partial<Record<HandoverState, Record<Lang, string>>> = {
  refused: {
    'zh-CN': '客户选择留在原来的导购这里',
    en: 'The customer prefers to stay',
  },
  limit: {
    'zh-CN': '接手的同事客户数已到企业微信上限，请换一位',
    en: 'The taker has as many customers as WeCom allows: choose somebody else',
  },
}

/** Why somebody can't be handed over, as a phrase. */
export function whyText(why: HandoverWhy, lang: Lang): string {
  return WORDS[why][lang]
}

/** Why a customer has not changed hands; null where they have, or may still. */
export function reasonText(
  row: { state: HandoverState; why: HandoverWhy | null; errcode: number | null },
  lang: Lang,
): string | null {
  const state = STATES[row.state]
  if (state) return state[lang]
  if (row.why === null) return null
  const code = row.errcode !== null && row.errcode > 0 ? ` (${row.errcode})` : ''
  return row.why === 'wecom' ? whyText(row.why, lang) + code : whyText(row.why, lang)
}
