import { usePageWords } from '../page-words.ts'
import type { RuleKind } from '../../../words.ts'

/** The words of the page of rules, in both languages; a word that one of them lacks fails the type check. */
const zhCN = {
  title: '规则',
  about: '每天早上，规则替导购找出今天值得联系的客户。改之前先试算，看看会多派、少派多少任务。',
  list: '全部规则',
  on: '已开启',
  off: '已关闭',
  partly: '部分门店',
  where: '适用门店',
  allStores: '全部门店',
  someStores: '部分区域或门店',
  storeOrRegion: '区域或门店',
  wholeRegion: (n: number) => `整个区域，${n} 家店`,
  storesAbout: '按客户所属的门店算；选了区域，以后新开的门店也在内。已经派出的任务照常。',
  chooseStores: '还没选门店：至少选一个区域或一家门店，或者改回全部门店。',
  noStores: '没有门店',
  comma: '、',
  andMore: (names: string, n: number) => `${names} 等 ${n} 个`,
  unsaved: '有改动',
  turnOn: '开启这条规则',
  turnOff: '关闭这条规则',
  offAbout: '关闭后不再派新任务，已经派出的照常。',
  readOnly: '只有总部能保存规则；你可以改数字试算，看看自己门店会怎样。',
  sentences: {
    birthday: '客户生日前 {stepDays} 天，提醒导购送上祝福。0 天就是生日当天，农历、阳历都算。',
    coupon_expiring: '券到期前 {stepDays} 天提醒一次；同一位客户快到期的券，合成一个任务。',
    points_expiring:
      '积分到期前 {stepDays} 天提醒一次，快到期的不少于 {minPoints} 分才提醒。任务建议 {dueDays} 天内办好。',
    repurchase_overdue:
      '客户超过平时购买间隔的 {factor} 倍还没来，就提醒导购问候；{nudge} 倍时先轻轻提一句（0 为不提）。{maxDays} 天没买的已经流失，不再由这条管。回来的可能低于 {unlikelyBelow} %，就标上「可以不打扰」。任务建议 {dueDays} 天内办好，{diesDays} 天后作废。',
    new_member:
      '入会后第 {stepDays} 天还没下单的，提醒导购联系；下了首单就停。任务建议 {dueDays} 天内办好，{diesDays} 天后作废。',
    first_purchase_thanks: '客户首单付款后 {hours} 小时内，提醒导购道谢；过了时间不补。',
    churn_warning:
      '客户三个月没来，或连续两次复核降了级，就提醒导购召回；同一位客户已有「该复购了」的任务，先留 {restDays} 天给导购办。已经流失的只在生日前 {occasionDays} 天问候，不知道生日的，在这些节日前问候：{festivals}回来的可能低于 {unlikelyBelow} %，就标上「可以不打扰」。任务建议 {dueDays} 天内办好，{diesDays} 天后作废。',
    tier_up: '客户升级后的第二天，提醒导购祝贺。任务建议 {dueDays} 天内办好，{diesDays} 天后作废。',
    tier_keep:
      '客户的等级快保不住了，从复核前 {days} 天起提醒导购。任务建议 {dueDays} 天内办好，最晚到复核前一天。',
    vip_care:
      '近一年消费最高的 {topPercent} % 客户，{quietDays} 天没人联系过，就提醒导购问候。任务建议 {dueDays} 天内办好，{diesDays} 天后作废。',
    festival: '节日前 {stepDays} 天，提醒导购问候近一年买过的客户。要问候的节日：{festivals}',
  } satisfies Record<RuleKind, string> as Record<RuleKind, string>,
  labels: {
    stepDays: '提前几天',
    'new_member.stepDays': '入会后第几天',
    minPoints: '最少积分',
    factor: '间隔倍数',
    nudge: '轻提醒的倍数',
    maxDays: '多少天没买算流失',
    unlikelyBelow: '回来的可能低于',
    dueDays: '建议几天内办好',
    diesDays: '几天后作废',
    hours: '首单后几小时内',
    restDays: '先等几天',
    occasionDays: '生日前几天',
    festivals: '节日',
    days: '复核前几天',
    topPercent: '消费最高的百分之几',
    quietDays: '几天没人联系',
  } as Record<string, string>,
  nth: (label: string, n: number) => `${label}（第 ${n} 个）`,
  add: '加一个',
  takeAway: (value: string) => `去掉 ${value}`,
  chooseOne: '至少选一个。',
  needOne: '至少写一个天数。',
  outOfBounds: (min: number | null, max: number | null, whole: boolean, unit: string) =>
    `请填 ${min ?? '…'}${unit} 到 ${max ?? '…'}${unit} 之间的${whole ? '整数' : '数'}。`,
  found: (customers: number, of: number) =>
    `按这些数字，一周会找到 ${customers} 位客户（共 ${of} 位）。`,
  dryRunAbout: '用真实的客户算一遍下个早上，什么都不会写下。',
  stale: '数字又改过了，请再试算一次。',
  result: (day: string) => `${day} 早上`,
  newTasks: '新任务',
  beforeIs: (n: number) => `现在的规则：${n}`,
  held: '先不派',
  heldSame: (n: number) => `现在的规则：${n}`,
  gained: '多联系的客户',
  gainedAbout: '现在的规则不会找到',
  lost: '不再联系的客户',
  lostAbout: '现在的规则会找到',
  otherKinds: (n: number) =>
    n > 0
      ? `其他类型的任务会多 ${n} 个：每位客户每天只派一个新任务，这里让出来的由别的规则补上。`
      : `其他类型的任务会少 ${-n} 个：每位客户每天只派一个新任务，每位导购每天的新任务也有上限。`,
  why: '先不派的原因',
  byStore: '各门店的新任务',
  store: '门店',
  now: '现在',
  after: '保存后',
  change: '变化',
  noStore: '未分店',
  samples: '会派给谁，举几个例子',
  isNew: '新增',
  nobody: '这个早上没有新任务',
  nobodyText: '换个条件，或者看看上面先不派的原因。',
  saved: (version: number) => `已保存为第 ${version} 版，下次早上的任务按它派。`,
  defaults: '恢复推荐值',
  productOwn: '推荐值',
  status: '开关',
  leave: '规则还没有保存，确定离开吗？',
}

export type RulesWords = typeof zhCN

const en: RulesWords = {
  title: 'Rules',
  about:
    'Every morning the rules find the customers worth a word today. Try a change before you save it: it tells how many tasks come and go.',
  list: 'All rules',
  on: 'On',
  off: 'Off',
  partly: 'Some stores',
  where: 'Stores',
  allStores: 'All stores',
  someStores: 'Some regions or stores',
  storeOrRegion: 'Region or store',
  wholeRegion: (n) => `whole region, ${n} stores`,
  storesAbout:
    'It goes by the customer’s own store; a region takes in stores that open later. Tasks that were given out stay.',
  chooseStores: 'No store is chosen: choose a region or a store, or all stores.',
  noStores: 'no store',
  comma: ', ',
  andMore: (names, n) => `${names} and more, ${n} in all`,
  unsaved: 'Changed',
  turnOn: 'Switch the rule on',
  turnOff: 'Switch the rule off',
  offAbout: 'No new tasks once it is off; those that were given out stay.',
  readOnly:
    'Only headquarters saves rules. You may change numbers and try what they would mean for your stores.',
  sentences: {
    birthday:
      'Reminds guides to send wishes {stepDays} days before a birthday; 0 is the day itself. Both calendars count.',
    coupon_expiring:
      'Reminds {stepDays} days before a coupon ends; coupons of one customer make one task.',
    points_expiring:
      'Reminds {stepDays} days before points end, where {minPoints} points or more do. Best done within {dueDays} days.',
    repurchase_overdue:
      'A customer who has not come for {factor} times their usual gap is due a word, and a soft nudge comes at {nudge} times (0: none); after {maxDays} days without a purchase they are lost, and this rule leaves them alone. Below a chance of {unlikelyBelow} % to come back, the task says it may be left. Best done within {dueDays} days, ends after {diesDays}.',
    new_member:
      'Reminds {stepDays} days after joining, until the first order. Best done within {dueDays} days, ends after {diesDays}.',
    first_purchase_thanks: 'Thanks within {hours} hours of the first paid order, never late.',
    churn_warning:
      'A customer away for three months, or whose tier fell at two reviews in a row, is called back; where there is a repurchase task already, it is left {restDays} days to work. The lost are greeted {occasionDays} days before their birthday, or, where it is not known, before: {festivals} Below a chance of {unlikelyBelow} % to come back, the task says it may be left. Best done within {dueDays} days, ends after {diesDays}.',
    tier_up:
      'Congratulations the day after a tier rose. Best done within {dueDays} days, ends after {diesDays}.',
    tier_keep:
      'A customer whose tier is about to fall comes up from {days} days before the review. Best done within {dueDays} days, and the day before the review at the latest.',
    vip_care:
      'The {topPercent} % of customers who spent most in a year get a word when nobody has been in touch for {quietDays} days. Best done within {dueDays} days, ends after {diesDays}.',
    festival:
      'Wishes {stepDays} days before a festival, to who bought within a year. Festivals: {festivals}',
  },
  labels: {
    stepDays: 'Days before',
    'new_member.stepDays': 'Days after joining',
    minPoints: 'Least points',
    factor: 'Times the usual gap',
    nudge: 'Times for a soft nudge',
    maxDays: 'Days until they are lost',
    unlikelyBelow: 'Chance to come back below',
    dueDays: 'Best done within days',
    diesDays: 'Ends after days',
    hours: 'Hours after the first order',
    restDays: 'Days left to work',
    occasionDays: 'Days before the birthday',
    festivals: 'Festivals',
    days: 'Days before the review',
    topPercent: 'Top percent by spend',
    quietDays: 'Days without a contact',
  },
  nth: (label, n) => `${label} (${n})`,
  add: 'Add one',
  takeAway: (value) => `Take ${value} away`,
  chooseOne: 'Choose one at least.',
  needOne: 'Write one day at least.',
  outOfBounds: (min, max, whole, unit) =>
    `Write a ${whole ? 'whole ' : ''}number from ${min ?? '…'}${unit} to ${max ?? '…'}${unit}.`,
  found: (customers, of) =>
    `With these numbers it finds ${customers} of ${of} customers in a week.`,
  dryRunAbout: 'Works out the next morning with the real customers; nothing is written.',
  stale: 'The numbers have changed since: try again.',
  result: (day) => `The morning of ${day}`,
  newTasks: 'New tasks',
  beforeIs: (n) => `now: ${n}`,
  held: 'Held back',
  heldSame: (n) => `now: ${n}`,
  gained: 'Customers gained',
  gainedAbout: 'the rule in force does not find them',
  lost: 'Customers lost',
  lostAbout: 'the rule in force finds them',
  otherKinds: (n) =>
    n > 0
      ? `${n} more tasks of other kinds: a customer gets one new task a day, and other rules take the free places.`
      : `${-n} fewer tasks of other kinds: a customer gets one new task a day, and a guide’s are limited.`,
  why: 'Why they are held back',
  byStore: 'New tasks by store',
  store: 'Store',
  now: 'Now',
  after: 'Saved',
  change: 'Change',
  noStore: 'No store',
  samples: 'Some of whom it finds',
  isNew: 'New',
  nobody: 'No new task that morning',
  nobodyText: 'Change the numbers, or see above why they are held back.',
  saved: (version) => `Saved as version ${version}; the next morning goes by it.`,
  defaults: 'Back to the recommended numbers',
  productOwn: 'Recommended',
  status: 'Switch',
  leave: 'A rule is not saved. Leave all the same?',
}

export const RULES_WORDS = { 'zh-CN': zhCN, en }

/** The page's words in the language it is shown in. */
export function useRulesWords(): RulesWords {
  return usePageWords(RULES_WORDS)
}
