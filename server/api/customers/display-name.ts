import type { Lang } from '../../../domain/words.ts'

/** What a list calls a customer: the name in the chain's systems, else the WeChat nickname, else a plain word. */
export function displayName(
  customer: { name: string | null; wecomName: string | null },
  lang: Lang,
): string {
  return customer.name || customer.wecomName || (lang === 'en' ? 'Customer' : '客户')
}
