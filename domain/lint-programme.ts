import { dayText } from './day-words.ts'
import type { BusinessDay } from './business-day.ts'
import { checkProgramme, PROGRAMME_DEFAULTS, type PointsProgramme } from './points-programme.ts'
import type { Lang } from './words.ts'

/** What is wrong or odd about a points programme. An error can't be saved, a warning may be meant. */
export interface ProgrammeFinding {
  severity: 'error' | 'warning'
  /** names the kind of finding, for programs */
  code: string
  /** the number it is about */
  field: string
  /** what is the matter and what to do */
  message: Record<Lang, string>
}

/** shorter, and the reminder 30 days ahead (rule points_expiring) would come as soon as points do */
const SHORT_VALID_DAYS = 60
/** longer, and customers don't see what they were given for */
const LONG_PENDING_DAYS = 30

/**
 * Everything that is wrong or odd about a programme (domain-rules 3); errors come alone.
 *
 * @param programme what somebody wrote, with or without the defaults
 * @param at today, and the first day of the programme in force, null without one
 * @example lintProgramme({ startsOn: '2026-12-01', pointsPerYuan: -1 }, { today: '2026-11-22', inForce: null })
 * // [{ severity: 'error', code: 'unusable', field: 'pointsPerYuan', … }]
 */
export function lintProgramme(
  programme: unknown,
  at: { today: BusinessDay; inForce: BusinessDay | null },
): ProgrammeFinding[] {
  const problems = checkProgramme(programme)
  if (problems.length > 0) {
    return problems.map(({ field, remedy }) => ({
      severity: 'error',
      code: 'unusable',
      field,
      message: { 'zh-CN': `请填${remedy['zh-CN']}。`, en: `Write ${remedy.en}.` },
    }))
  }
  // every number is there and within its bounds
  return oddities({ ...PROGRAMME_DEFAULTS, ...(programme as PointsProgramme) }, at)
}

function oddities(
  programme: PointsProgramme,
  { today, inForce }: { today: BusinessDay; inForce: BusinessDay | null },
): ProgrammeFinding[] {
  const { startsOn, pointsPerYuan, birthdayMonthFactor, pendingDays, validDays } = programme
  const odd: [boolean, ProgrammeFinding['field'], string, string, string][] = [
    [
      startsOn < (inForce ?? today),
      'startsOn',
      'backdated',
      `从${dayText(startsOn, 'zh-CN')}起还没积过分的订单，今晚会一次补给积分：确定要补吗？`,
      `Orders since ${dayText(startsOn, 'en')} that gave no points yet will give them tonight, all at once: is that meant?`,
    ],
    [
      inForce !== null && inForce <= today && startsOn > today,
      'startsOn',
      'pause',
      `到${dayText(startsOn, 'zh-CN')}以前的订单不再积分，中间会断档：把日期改回去，或者确定要停一段。`,
      `Orders before ${dayText(startsOn, 'en')} will give no points, though they do now: put the day back, unless a pause is meant.`,
    ],
    [
      pointsPerYuan === 0,
      'pointsPerYuan',
      'spend_gives_nothing',
      '消费不积分，只有入会和推荐给积分：确定吗？',
      'Spending gives no points, only joining and bringing friends do: is that meant?',
    ],
    [
      birthdayMonthFactor === 1,
      'birthdayMonthFactor',
      'plain_birthday',
      '1 倍就是生日月不多给；要让客户在生日月多来，填 2 倍。',
      'Once is no more than in other months; 2 gives customers a reason to come in theirs.',
    ],
    [
      pendingDays === 0,
      'pendingDays',
      'no_refund_window',
      '积分马上能用，客户用完再退货就收不回来：建议留 7 天退货期。',
      'Points can be spent at once: after a refund they can’t be taken back. Leave 7 days.',
    ],
    [
      pendingDays > LONG_PENDING_DAYS,
      'pendingDays',
      'long_pending',
      `要等 ${pendingDays} 天才能用，客户会以为没积上分：退货期够用就好，一般 7 天。`,
      `Points wait ${pendingDays} days, so that customers think they got none: 7 days usually cover refunds.`,
    ],
    [
      validDays < SHORT_VALID_DAYS,
      'validDays',
      'short_valid',
      `有效期只有 ${validDays} 天，提前 30 天的到期提醒几乎一给就发：建议 ${SHORT_VALID_DAYS} 天以上，一般 365 天。`,
      `Points hold ${validDays} days only, so that the reminder 30 days ahead comes almost with them: ${SHORT_VALID_DAYS} days or more are better, 365 are usual.`,
    ],
  ]
  return odd.flatMap(([isOdd, field, code, zh, en]) =>
    isOdd ? [{ severity: 'warning', code, field, message: { 'zh-CN': zh, en } }] : [],
  )
}
