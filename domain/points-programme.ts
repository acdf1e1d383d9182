import { celebrationsBetween } from './birthday.ts'
import { addDays, endOfMonth, isBusinessDay, type BusinessDay } from './business-day.ts'
import { POINTS_PENDING_DAYS, POINTS_VALID_DAYS } from './points-lots.ts'
import type { Lang } from './words.ts'

/** How a chain without a points system of its own gives points (domain-rules 3). */
export interface PointsProgramme {
  /** orders paid and members joined before this day earn nothing */
  startsOn: BusinessDay
  /** for each yuan of an order, net of refunds; rounded down an order */
  pointsPerYuan: number
  /** for becoming a member */
  signUpPoints: number
  /** for somebody who was brought, once their first order is paid and not refunded */
  referralPoints: number
  /** most behaviour points (sign-up, referral) a member gets for one day */
  behaviourDailyCap: number
  /** an order of the month of the birthday gives so many times the points */
  birthdayMonthFactor: number
  pendingDays: number
  validDays: number
}

/** What holds where a programme leaves a number out; `startsOn` and `pointsPerYuan` are the chain's to say. */
export const PROGRAMME_DEFAULTS = {
  signUpPoints: 0,
  referralPoints: 0,
  behaviourDailyCap: 200,
  birthdayMonthFactor: 2,
  pendingDays: POINTS_PENDING_DAYS,
  validDays: POINTS_VALID_DAYS,
} as const satisfies Partial<PointsProgramme>

/** A number that can't be used; `remedy` says what to write instead. */
export interface ProgrammeProblem {
  field: string
  remedy: Record<Lang, string>
}

type Numbers = Exclude<keyof PointsProgramme, 'startsOn'>

/** Bounds of each number, and the smallest step between two. */
export const PROGRAMME_BOUNDS: Record<Numbers, { from: number; to: number; step: number }> = {
  pointsPerYuan: { from: 0, to: 1000, step: 0.01 },
  signUpPoints: { from: 0, to: 1_000_000, step: 1 },
  referralPoints: { from: 0, to: 1_000_000, step: 1 },
  behaviourDailyCap: { from: 0, to: 1_000_000, step: 1 },
  birthdayMonthFactor: { from: 1, to: 10, step: 0.1 },
  pendingDays: { from: 0, to: 90, step: 1 },
  validDays: { from: 1, to: 3650, step: 1 },
}
const FIELDS = ['startsOn', ...Object.keys(PROGRAMME_BOUNDS)]

/**
 * What can't be used in a programme, or contradicts itself: every problem, not only the first. None: it can be saved.
 *
 * @param programme what somebody wrote, with or without the defaults
 * @example checkProgramme({ startsOn: '2026-12-01', pointsPerYuan: -1 })
 * // [{ field: 'pointsPerYuan', remedy: { en: 'a number from 0 to 1000, at most 2 decimals', … } }]
 */
export function checkProgramme(programme: unknown): ProgrammeProblem[] {
  if (typeof programme !== 'object' || programme === null || Array.isArray(programme)) {
    return [
      problem(
        'programme',
        `含有 ${FIELDS.join('、')} 的对象`,
        `an object with ${FIELDS.join(', ')}`,
      ),
    ]
  }
  const given: Record<string, unknown> = { ...PROGRAMME_DEFAULTS, ...programme }
  const problems: ProgrammeProblem[] = Object.keys(given)
    .filter((field) => !FIELDS.includes(field))
    .map((field) =>
      problem(
        field,
        `${FIELDS.join('、')} 中的一个，没有这一项`,
        `one of ${FIELDS.join(', ')}: there is no such field`,
      ),
    )
  const { startsOn } = given
  if (typeof startsOn !== 'string' || !isBusinessDay(startsOn)) {
    problems.push(
      problem(
        'startsOn',
        '真实存在的日期，例如 2026-12-01',
        'a day that exists, such as 2026-12-01',
      ),
    )
  }
  for (const [field, { from, to, step }] of Object.entries(PROGRAMME_BOUNDS)) {
    const value = given[field]
    if (typeof value === 'number' && value >= from && value <= to && isMultiple(value, step))
      continue
    const decimals = step === 0.01 ? 2 : 1
    const en =
      step === 1
        ? `an integer from ${from} to ${to}`
        : `a number from ${from} to ${to}, at most ${decimals} decimal${decimals > 1 ? 's' : ''}`
    const zh = step === 1 ? '整数' : `数，最多 ${decimals} 位小数`
    problems.push(problem(field, ` ${from} 到 ${to} 之间的${zh}`, en))
  }
  if (problems.length > 0) return problems
  return contradictions(given as unknown as PointsProgramme)
}

function contradictions(programme: PointsProgramme): ProgrammeProblem[] {
  const { pointsPerYuan, signUpPoints, referralPoints, behaviourDailyCap, pendingDays, validDays } =
    programme
  const problems: ProgrammeProblem[] = []
  const most = Math.max(signUpPoints, referralPoints)
  if (most > behaviourDailyCap) {
    problems.push(
      problem(
        'behaviourDailyCap',
        ` ${most} 或更多，不然一次入会或推荐的 ${most} 分永远给不满`,
        `${most} or more: less would never give the ${most} points of one sign-up or referral in full`,
      ),
    )
  }
  if (pendingDays >= validDays) {
    problems.push(
      problem(
        'pendingDays',
        `比有效期（${validDays} 天）少的天数，不然积分还不能用就到期了`,
        `fewer days than validDays (${validDays}): points would end before they may be spent`,
      ),
    )
  }
  if (pointsPerYuan + most === 0) {
    problems.push(
      problem(
        'pointsPerYuan',
        '大于 0 的数，不然一分也不给',
        'more than 0: this programme gives no points at all',
      ),
    )
  }
  return problems
}

/**
 * The points of an order: its net spend in yuan times the rate, rounded down.
 *
 * @param netFen what was paid less what was paid back, in fen
 * @example orderPoints(19_950, { pointsPerYuan: 1, factor: 2 }) // 399
 */
export function orderPoints(
  netFen: number,
  { pointsPerYuan, factor }: { pointsPerYuan: number; factor: number },
): number {
  if (netFen <= 0) return 0
  // integers: 0.29 × 100 is less than 29
  const rate = BigInt(Math.round(pointsPerYuan * 100)) * BigInt(Math.round(factor * 10))
  return Number((BigInt(netFen) * rate) / 100_000n)
}

/** A calendar month and a stored birthday that is celebrated in it. */
export interface BirthdayMonth {
  /** YYYY-MM */
  month: string
  md: number
  lunar: boolean
}

/**
 * Which birthdays fall into which month, from the month of one day to that of another: every stored month-day by both
 * calendars. A birthday of the Chinese calendar belongs to the month in which that year's falls (domain-rules 3 and 8).
 * @example birthdayMonths('2026-09-25', '2026-09-25').some((m) => m.lunar && m.md === 815) // true: Mid-autumn
 */
export function birthdayMonths(from: BusinessDay, to: BusinessDay): BirthdayMonth[] {
  const found = new Map<string, BirthdayMonth>()
  for (let day = `${from.slice(0, 8)}01`; day <= to; day = addDays(endOfMonth(day), 1)) {
    const month = day.slice(0, 7)
    for (const { md, lunar } of celebrationsBetween(day, endOfMonth(day))) {
      found.set(`${month} ${lunar} ${md}`, { month, md, lunar })
    }
  }
  return [...found.values()]
}

function problem(field: string, zh: string, en: string): ProgrammeProblem {
  return { field, remedy: { 'zh-CN': zh, en } }
}

function isMultiple(value: number, step: number): boolean {
  return Math.abs(value / step - Math.round(value / step)) < 1e-6
}
