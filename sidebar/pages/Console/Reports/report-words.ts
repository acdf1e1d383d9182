import type { ReportName } from '../../../../server/api/reports/schema.ts'
import type { PageWords } from '../page-words.ts'

export interface ReportWords {
  title: string
  reports: Record<ReportName, string>
  nothing: string
  nothingText: string
  item: string
  value: string
  made: string
  copyLink: string
  copied: string
  notCopied: string
}

const zhCN: ReportWords = {
  title: '报表',
  reports: {
    tiers: '等级',
    repurchase: '复购',
    growth: '会员与好友',
    coupons: '优惠券',
    outreach: '触达',
    fatigue: '打扰程度',
    rfm: 'RFM 分层',
  },
  nothing: '这段时间没有数据',
  nothingText: '换一段日期，或看全部门店。',
  item: '项目',
  value: '数值',
  made: '分子 / 分母',
  copyLink: '复制链接',
  copied: '链接已复制。同事打开后，只看到自己权限内的数据',
  notCopied: '没能复制，请复制地址栏里的链接',
}

const en: ReportWords = {
  title: 'Reports',
  reports: {
    tiers: 'Tiers',
    repurchase: 'Repurchase',
    growth: 'Growth',
    coupons: 'Coupons',
    outreach: 'Outreach',
    fatigue: 'Contact fatigue',
    rfm: 'RFM',
  },
  nothing: 'Nothing in these days',
  nothingText: 'Choose other days, or all stores.',
  item: 'Item',
  value: 'Value',
  made: 'Numerator / denominator',
  copyLink: 'Copy link',
  copied: 'Copied. Whoever opens it sees what they may see',
  notCopied: 'Could not copy: take it from the address bar',
}

export const reportWords: PageWords<ReportWords> = { 'zh-CN': zhCN, en }
