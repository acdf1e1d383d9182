import { addDays, atTime } from '../../../domain/business-day.ts'
import { Prisma } from '../../../prisma/db.ts'
import { reportRows } from '../../rows.ts'
import { share, type ReportFile } from './report-file.ts'
import { sum } from './sums.ts'

/** below this share of use a coupon is flagged (domain-rules 12) */
const LEAST_USE = 0.3
const MOST_NAMES = 50

interface CouponRow {
  name: string
  issued: number
  used: number
  expired: number
}

/** What became of the coupons that were issued in a period, void ones left out: used, or ended without a use. */
export const couponsReport: ReportFile = {
  label: { 'zh-CN': '优惠券', en: 'Coupons' },
  async find({ deps, lang, period, today, isCounted }) {
    const en = lang === 'en'
    const found = await reportRows<CouponRow>(
      deps.db,
      Prisma.sql`
        select k.name, count(*)::int as issued, count(*) filter (where k.status = 'used')::int as used,
          count(*) filter (where k.status = 'issued' and k.expires_day < ${today}::date)::int as expired
        from coupon k
        where k.issued_at >= ${atTime(period.from, '00:00', deps.zone)}
          and k.issued_at < ${atTime(addDays(period.to, 1), '00:00', deps.zone)}
          and k.status <> 'void' and ${isCounted(Prisma.sql`k.customer_id`)}
        group by k.name order by issued desc, k.name`,
    )
    const all = (key: 'issued' | 'used' | 'expired') => sum(found, (row) => row[key])
    const flag = (row: CouponRow) => row.used / row.issued < LEAST_USE
    const mark = en ? ' · under 30 %' : ' · 低于 30%'
    return {
      figures: [
        share('used', en ? 'Used' : '使用率', all('used'), all('issued')),
        share('expired', en ? 'Ended without a use' : '过期未用', all('expired'), all('issued')),
        share(
          'flagged',
          en ? 'Coupons used by less than 30 %' : '使用率低于 30% 的券',
          found.filter(flag).length,
          found.length,
        ),
      ],
      tables: [
        {
          code: 'coupons',
          label: en ? 'Use by coupon' : '各券使用率',
          chart: 'bars',
          lines: found
            .slice(0, MOST_NAMES)
            .map((row) =>
              share(row.name, `${row.name}${flag(row) ? mark : ''}`, row.used, row.issued),
            ),
        },
      ],
    }
  },
}
