import { couponsReport } from './coupons-report.ts'
import { fatigueReport } from './fatigue-report.ts'
import { growthReport } from './growth-report.ts'
import { outreachReport } from './outreach-report.ts'
import { repurchaseReport } from './repurchase-report.ts'
import type { ReportFile } from './report-file.ts'
import { rfmReport } from './rfm-report.ts'
import type { ReportName } from './schema.ts'
import { tiersReport } from './tiers-report.ts'

/** Every report beside execution, in the order of the page. */
export const REPORTS: Record<ReportName, ReportFile> = {
  tiers: tiersReport,
  repurchase: repurchaseReport,
  growth: growthReport,
  coupons: couponsReport,
  outreach: outreachReport,
  fatigue: fatigueReport,
  rfm: rfmReport,
}
