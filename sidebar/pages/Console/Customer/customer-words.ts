import { usePageWords } from '../page-words.ts'

/** The words of a customer's whole page, in both languages; a word that one of them lacks fails the type check. */
const zhCN = {
  back: '全部客户',
  inSidebar: '导购看到的样子',
  notYours: '看不到这位客户',
  notYoursText: 'TA 不在你的门店，或链接不对。',
  private: {
    title: '隐私信息',
    mobile: '完整手机号',
    birthday: '含年份的生日',
    reveal: '查看',
    about: '每次查看都会留下记录。',
    none: '没有登记',
  },
  guides: {
    title: '导购好友',
    none: '没有导购加过 TA。',
    since: (day: string) => `${day} 添加`,
    half: '等待导购确认',
    ended: (day: string, how: string) => `${day} ${how}`,
    how: {
      customer: '客户删除了导购',
      guide: '导购删除了客户',
      transfer: '转给了别人',
      missing: '好友关系已不在',
    },
  },
  consent: {
    title: '联系意愿的记录',
    none: '还没有记录，按默认“只一对一”。',
    by: (source: string, by: string) => `${source} · ${by} 记录`,
  },
  changes: {
    title: '等级和分类的变化',
    none: '还没有变化。',
    tier: '等级',
    rfm: 'RFM',
    five: '五类',
    stage: '阶段',
    nothing: '无',
    reasons: {
      upgrade: '达到条件',
      review: '月度复核',
      end: '会籍到期',
      table: '等级表调整',
      merge: '合并客户',
    },
    more: (n: number) => `还有 ${n} 条`,
  },
  points: {
    title: '积分和优惠券',
    balance: (n: string) => `可用 ${n} 分`,
    pending: (n: string) => `待生效 ${n} 分`,
    shortfall: (n: string) => `欠 ${n} 分`,
    lot: (left: string, of: string) => `${left} 分（共 ${of}）`,
    from: (day: string) => `${day} 起可用`,
    until: (day: string) => `${day} 到期`,
    none: '没有积分，也没有优惠券。',
    states: { issued: '未使用', used: '已使用', expired: '已过期', void: '已作废' },
  },
  tasks: {
    title: '任务',
    open: '进行中',
    past: '已结束',
    held: '没有派出的',
    none: '还没有任务。',
    noneOpen: '现在没有任务。',
    ask: '为什么没有？',
    until: (day: string) => `${day} 起再看`,
    settled: '已解决',
    more: (n: number) => `再看 ${n} 条`,
  },
  orders: {
    title: '订单',
    none: '还没有订单。',
    no: (no: string) => `单号 ${no}`,
    helper: (name: string) => `${name} 服务`,
    times: (n: number) => `× ${n}`,
    refunded: (money: string) => `已退 ${money}`,
    states: { paid: '已付款', refunded: '已退款', cancelled: '已取消' },
  },
}
export type CustomerWords = typeof zhCN

const en: CustomerWords = {
  back: 'All customers',
  inSidebar: 'As guides see them',
  notYours: 'You can’t see this customer',
  notYoursText: 'They are not of your store, or the address is wrong.',
  private: {
    title: 'Personal data',
    mobile: 'Whole mobile number',
    birthday: 'Birthday with its year',
    reveal: 'Show',
    about: 'Each look is written down.',
    none: 'Not known',
  },
  guides: {
    title: 'Guides in WeCom',
    none: 'No guide has added them.',
    since: (day) => `Added ${day}`,
    half: 'The guide hasn’t confirmed yet',
    ended: (day, how) => `${day}: ${how}`,
    how: {
      customer: 'the customer deleted the guide',
      guide: 'the guide deleted the customer',
      transfer: 'handed to somebody else',
      missing: 'the contact is gone',
    },
  },
  consent: {
    title: 'What they said about contact',
    none: 'Nothing yet: one-to-one only, as by default.',
    by: (source, by) => `${source} · noted by ${by}`,
  },
  changes: {
    title: 'Changes of tier and class',
    none: 'No change yet.',
    tier: 'Tier',
    rfm: 'RFM',
    five: 'Class',
    stage: 'Stage',
    nothing: 'none',
    reasons: {
      upgrade: 'conditions met',
      review: 'monthly review',
      end: 'membership over',
      table: 'tier table changed',
      merge: 'customers merged',
    },
    more: (n) => `${n} more`,
  },
  points: {
    title: 'Points and coupons',
    balance: (n) => `${n} to spend`,
    pending: (n) => `${n} pending`,
    shortfall: (n) => `${n} short`,
    lot: (left, of) => `${left} points of ${of}`,
    from: (day) => `from ${day}`,
    until: (day) => `until ${day}`,
    none: 'No points and no coupons.',
    states: { issued: 'Unused', used: 'Used', expired: 'Expired', void: 'Void' },
  },
  tasks: {
    title: 'Tasks',
    open: 'Open',
    past: 'Ended',
    held: 'Held back',
    none: 'No tasks yet.',
    noneOpen: 'No task now.',
    ask: 'Why not?',
    until: (day) => `again from ${day}`,
    settled: 'settled',
    more: (n) => `Show ${n} more`,
  },
  orders: {
    title: 'Orders',
    none: 'No orders yet.',
    no: (no) => `No. ${no}`,
    helper: (name) => `served by ${name}`,
    times: (n) => `× ${n}`,
    refunded: (money) => `${money} refunded`,
    states: { paid: 'Paid', refunded: 'Refunded', cancelled: 'Cancelled' },
  },
}

export const CUSTOMER_WORDS = { 'zh-CN': zhCN, en }

/** The page's words in the language it is shown in. */
export function useCustomerWords(): CustomerWords {
  return usePageWords(CUSTOMER_WORDS)
}
