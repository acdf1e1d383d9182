/** What is known of how to call a customer. */
export interface CustomerNames {
  /** name in the chain's systems */
  name: string | null
  /** WeChat nickname */
  wecomName: string | null
  gender: 'male' | 'female' | null
}

const DOUBLE_SURNAMES = new Set(
  (
    '欧阳 司马 上官 诸葛 司徒 东方 皇甫 尉迟 公孙 慕容 令狐 夏侯 ' +
    '轩辕 长孙 宇文 端木 南宫 独孤 西门 东郭 百里 呼延 闻人 澹台'
  ).split(' '),
)

/**
 * How a guide addresses a customer: surname with 女士 or 先生 when name and gender are known, else the full
 * name, else the nickname, else null.
 * @example addressOf({ name: '张晓雯', wecomName: '小雯', gender: 'female' }) // '张女士'
 */
export function addressOf({ name, wecomName, gender }: CustomerNames): string | null {
  const known = name?.trim() ?? ''
  const nickname = wecomName?.trim() ?? ''
  if (gender && /^\p{Script=Han}{2,4}$/u.test(known)) {
    const surname = DOUBLE_SURNAMES.has(known.slice(0, 2)) ? known.slice(0, 2) : known.slice(0, 1)
    // 张女士 as the stored name itself keeps its title
    if (!/(女士|先生|小姐)$/.test(known)) return surname + (gender === 'female' ? '女士' : '先生')
  }
  return known || nickname || null
}
