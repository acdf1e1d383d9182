import { contrast } from './colour.ts'
import { formatFen } from './money.ts'
import { boundsOf, TIER_FIGURES, type TierRow, type TierTable } from './tier-table.ts'
import type { Lang } from './words.ts'

/** What is wrong or odd about a tier table. An error can't be saved, a warning may be meant. */
export interface TierFinding {
  severity: 'error' | 'warning'
  /** names the kind of finding, for programs */
  code: string
  /** where: tiers[1].asks.spendFen */
  path: string
  /** what is the matter and what to do */
  message: Record<Lang, string>
}

/** what a chip needs beside a white page (WCAG 2.2, 1.4.11) */
const LEAST_CONTRAST = 3

/** What each figure is called. */
export const FIGURE_NAMES: Record<(typeof TIER_FIGURES)[number], Record<Lang, string>> = {
  spendFen: { 'zh-CN': '消费', en: 'spend' },
  orders: { 'zh-CN': '单数', en: 'orders' },
  purchaseDays: { 'zh-CN': '购买日', en: 'purchase days' },
  referrals: { 'zh-CN': '推荐新客', en: 'referrals' },
  points: { 'zh-CN': '积分', en: 'points' },
}

/**
 * What is wrong or odd about the lines of a tier table beside each other, each line being right for itself (domain-rules
 * 1 and 2): gaps, bands that overlap, tiers nobody can be in, discounts that get worse. Errors first.
 *
 * @example lintTiers({ tiers: [] }).map(({ code }) => code) // ['no_tiers']
 */
export function lintTiers(table: TierTable): TierFinding[] {
  if (table.tiers.length === 0) {
    return [
      error('no_tiers', 'tiers', '至少要有一个等级。', 'A table needs one tier at least: add one.'),
    ]
  }
  const found = [
    ...lintLowest(table),
    ...lintTwins(table),
    ...lintRequired(table),
    ...lintLadder(table),
    ...lintUnreachable(table),
    ...lintDiscounts(table),
    ...lintColours(table),
  ]
  const rank = { error: 0, warning: 1 }
  return found.toSorted((a, b) => rank[a.severity] - rank[b.severity])
}

/** A gap: somebody without a tier. */
function lintLowest({ tiers }: TierTable): TierFinding[] {
  const [lowest] = tiers
  if (!lowest) return []
  const found = TIER_FIGURES.filter((figure) => lowest.asks[figure] > 0).map((figure) =>
    error(
      'gap',
      `tiers[0].asks.${figure}`,
      `最低一级「${lowest.name['zh-CN']}」不能有门槛，否则达不到的客户没有等级：请改成 0，或者在下面加一个没有门槛的等级。`,
      `The lowest tier asks for something, so whoever has less has no tier: write 0, or add a tier below that asks nothing.`,
    ),
  )
  if (lowest.kind === 'special') {
    found.push(
      error(
        'gap',
        'tiers[0].kind',
        '最低一级要在阶梯里：请改成 ladder。',
        'The lowest tier must be of the ladder: write ladder.',
      ),
    )
  }
  if (lowest.ends) {
    found.push(
      error(
        'nothing_below',
        'tiers[0].ends',
        '最低一级下面没有等级可以回落：请去掉会员到期。',
        'There is nothing below the lowest tier that a membership could end in: write null.',
      ),
    )
  }
  return found
}

/** Two tiers of one code, name or colour. */
function lintTwins({ tiers }: TierTable): TierFinding[] {
  const repeated = (of: (row: TierRow) => string) =>
    tiers.flatMap((row, at) => {
      const first = tiers.findIndex((other) => of(other) === of(row))
      return first < at ? [{ row, at, first }] : []
    })
  return [
    ...repeated(({ code }) => code).map(({ row, at }) =>
      error(
        'same_code',
        `tiers[${at}].code`,
        `代码「${row.code}」用了两次：请换一个。`,
        `The code “${row.code}” is used twice: choose another.`,
      ),
    ),
    ...(['zh-CN', 'en'] as const).flatMap((lang) =>
      repeated(({ name }) => name[lang].trim().toLowerCase()).map(({ row, at }) =>
        error(
          'same_name',
          `tiers[${at}].name.${lang}`,
          `有两个等级都叫「${row.name[lang]}」，客户和导购分不清：请改一个名字。`,
          `Two tiers are called “${row.name[lang]}”: rename one.`,
        ),
      ),
    ),
    ...repeated(({ colour }) => colour.toLowerCase()).map(({ row, at, first }) =>
      warning(
        'same_colour',
        `tiers[${at}].colour`,
        `「${row.name['zh-CN']}」和「${tiers[first]?.name['zh-CN'] ?? ''}」颜色一样，不好分辨。`,
        `“${row.name.en}” has the colour of “${tiers[first]?.name.en ?? ''}”: they are hard to tell apart.`,
      ),
    ),
  ]
}

/** A required tier must be a lower one of the ladder. */
function lintRequired({ tiers }: TierTable): TierFinding[] {
  return tiers.flatMap((row, at) => {
    if (row.requires === null) return []
    const required = tiers.findIndex(({ code }) => code === row.requires)
    const isUsable = required !== -1 && required < at && tiers[required]?.kind === 'ladder'
    if (isUsable && row.kind === 'special') return []
    return [
      row.kind === 'ladder'
        ? error(
            'requires_ladder',
            `tiers[${at}].requires`,
            '阶梯里的等级本来就要先达到下面各级：请去掉前提等级。',
            'A tier of the ladder asks for those below it already: write null.',
          )
        : error(
            'requires_unknown',
            `tiers[${at}].requires`,
            `前提等级「${row.requires}」要是表里更低的阶梯等级。`,
            `“${row.requires}” must be a lower tier of the ladder in this table.`,
          ),
    ]
  })
}

/** Bands that overlap: a higher tier of the ladder asks for less of something than a lower one. */
function lintLadder({ tiers }: TierTable): TierFinding[] {
  const ladder = tiers.flatMap((row, at) => (row.kind === 'ladder' ? [{ row, at }] : []))
  return ladder.flatMap(({ row, at }, place) => {
    const below = ladder[place - 1]?.row
    if (!below) return []
    return TIER_FIGURES.filter((figure) => row.asks[figure] < below.asks[figure]).map((figure) =>
      error(
        'overlap',
        `tiers[${at}].asks.${figure}`,
        `「${row.name['zh-CN']}」要求的${FIGURE_NAMES[figure]['zh-CN']}比低一级的「${below.name['zh-CN']}」还少，两级重叠：至少要 ${amount(figure, below.asks[figure])}。`,
        `“${row.name.en}” asks for fewer ${FIGURE_NAMES[figure].en} than “${below.name.en}” below it, so that their bands overlap: ask for ${amount(figure, below.asks[figure])} at least.`,
      ),
    )
  })
}

function amount(figure: (typeof TIER_FIGURES)[number], n: number): string {
  return figure === 'spendFen' ? formatFen(n) : String(n)
}

/** A tier nobody can be in: whoever meets it meets a higher one as well, which holds then. */
function lintUnreachable(table: TierTable): TierFinding[] {
  const bounds = table.tiers.map((row) => boundsOf(table, row))
  return table.tiers.flatMap((row, at) => {
    const above = table.tiers.findIndex(
      (other, place) =>
        place > at &&
        // one whose membership is over gives way to the lower
        (other.ends === null ||
          (row.ends !== null && row.ends.afterDays <= other.ends.afterDays)) &&
        TIER_FIGURES.every(
          (figure) => (bounds[place]?.[figure] ?? 0) <= (bounds[at]?.[figure] ?? 0),
        ),
    )
    const higher = table.tiers[above]
    if (!higher) return []
    return [
      error(
        'unreachable',
        `tiers[${at}]`,
        `没有人会是「${row.name['zh-CN']}」：够得上它的客户也够得上更高的「${higher.name['zh-CN']}」。请提高「${higher.name['zh-CN']}」的门槛。`,
        `Nobody can be “${row.name.en}”: whoever meets it meets “${higher.name.en}” above it as well. Ask for more in “${higher.name.en}”.`,
      ),
    ]
  })
}

/** Discounts must not get worse on the way up (domain-rules 1). */
function lintDiscounts({ tiers }: TierTable): TierFinding[] {
  return tiers.flatMap((row, at) => {
    const best = tiers
      .slice(0, at)
      .reduce<TierRow | null>(
        (found, other) => (paid(other) < (found ? paid(found) : 1) ? other : found),
        null,
      )
    if (!best || paid(row) <= paid(best)) return []
    return [
      warning(
        'discounts',
        `tiers[${at}].benefits.discount`,
        `「${row.name['zh-CN']}」的折扣不如更低的「${best.name['zh-CN']}」：等级越高应该越优惠。`,
        `“${row.name.en}” saves less than “${best.name.en}” below it: discounts should grow with the tier.`,
      ),
    ]
  })
}

function paid({ benefits }: TierRow): number {
  return benefits.discount ?? 1
}

function lintColours({ tiers }: TierTable): TierFinding[] {
  return tiers.flatMap(({ name, colour }, at) =>
    contrast(colour, '#ffffff') >= LEAST_CONTRAST
      ? []
      : [
          warning(
            'pale',
            `tiers[${at}].colour`,
            `「${name['zh-CN']}」的颜色太浅，在白底上看不清：请选深一点的。`,
            `The colour of “${name.en}” is too pale to be seen on white: choose a darker one.`,
          ),
        ],
  )
}

function error(code: string, path: string, zh: string, en: string): TierFinding {
  return { severity: 'error', code, path, message: { 'zh-CN': zh, en } }
}

function warning(code: string, path: string, zh: string, en: string): TierFinding {
  return { severity: 'warning', code, path, message: { 'zh-CN': zh, en } }
}
