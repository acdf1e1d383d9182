import { usePageWords } from '../page-words.ts'

const count = (n: number) => n.toLocaleString('zh-CN')

/** The words of the pages of handovers, in both languages; a word that one of them lacks fails the type check. */
const zhCN = {
  title: '交接',
  about: '导购离职或调店，把 TA 的客户和没做完的任务交给同事。客户有 24 小时可以拒绝。',
  create: '新的交接',
  back: '全部交接',
  needed: {
    title: '需要交接',
    about: '这些同事已不在岗，名下还有客户或任务。',
    none: '没有人需要交接，离开的同事都交接好了。',
    left: '已离开',
    customers: (n: number) => `${count(n)} 位客户`,
    tasks: (n: number) => `${count(n)} 个任务`,
    underWay: (n: number) => `${count(n)} 位正在交接`,
    start: '交接',
  },
  list: '交接记录',
  empty: '还没有交接过',
  emptyText: '从上面的名单，或“新的交接”开始。',
  columns: {
    from: '交出',
    to: '接手',
    stage: '状态',
    done: '已交接',
    failed: '没有成功',
    at: '发起',
  },
  strategies: {
    to: '交给一位同事',
    even: '店里平均分',
    latest_order: '谁最近接待就给谁',
    store_manager: '先交给店长',
  },
  means: {
    to: '由你来选；总部还可以选别的店的同事',
    even: '按消费从高到低轮流分给店里在岗的导购，人数和消费都接近',
    latest_order: '最近一单由谁接待或收银就给谁，其余平均分',
    store_manager: '拿不准时先由店长照看，以后再分',
  },
  stages: { planning: '准备中', asking: '正在发起', waiting: '等客户 24 小时', over: '已结束' },
  completes: (at: string) => `${at} 完成（没拒绝就生效）`,
  byWhom: (name: string, at: string) => `${name} ${at} 发起`,
  problem: (code: number) =>
    code > 0
      ? `企业微信暂时不接受我们的调用（${code}），请联系管理员检查设置；好了以后会自动继续。`
      : '企业微信暂时没有回应，稍后会自动再试。',
  steps: { who: '交出谁的客户', whom: '交给谁', words: '对客户说', check: '确认' },
  giver: '导购',
  giverMissing: '请选要交出客户的导购。',
  taker: '接手的同事',
  takerMissing: '请选接手的同事。',
  message: '交接成功后，企业微信替你告诉客户的话（可不填，最多 200 字）',
  messageHint: '例如：您好，以后由刘芳照顾您，有需要随时找她。',
  choose: '选好交出的导购和接手方式，这里会显示交接后的样子。',
  going: (n: number, tasks: number) =>
    tasks > 0
      ? `${count(n)} 位客户和 ${count(tasks)} 个任务会交出去`
      : `${count(n)} 位客户会交出去`,
  askedAbout: (n: number) =>
    `其中 ${count(n)} 位由企业微信通知客户，24 小时内没有拒绝就完成，任务到那时一起过去。`,
  atOnce: (n: number) => `${count(n)} 位没有好友关系，马上交接。`,
  nothing: '现在没有可以交接的客户。',
  notAble: '还没有开通客户联系，不能接手',
  takers: {
    name: '接手导购',
    customers: '客户',
    spend: '近一年消费',
    tasks: '任务',
    done: '已交接',
  },
  nobody: '店里没有能接手的同事，请直接选一位。',
  cannot: (n: number) => `${count(n)} 位不能交接`,
  cannotLine: (n: number, why: string) => `${count(n)} 位：${why}`,
  again: (day: string) => `${day}起可以`,
  important: '重要客户',
  importantAbout: '消费最高的一成，接手的同事请先看资料再联系。',
  importantTo: (name: string) => `交给 ${name}`,
  send: (n: number) => `交接 ${count(n)} 位客户`,
  sendNone: '交接',
  sending: '正在提交…',
  sent: '交接已经开始',
  limitNote: '企业微信规定：每位客户 90 天内最多交接两次，发出后不能撤回。',
  notFound: '没有这次交接',
  notFoundText: '它可能是别的门店的。',
  handedOver: (from: string) => `${from}的交接`,
  figures: {
    customers: '客户',
    waiting: '待发起',
    asked: '等待完成',
    done: '已交接',
    failed: '没有成功',
    tasks: '交接的任务',
  },
  told: '对客户说',
  briefs: '重要客户简报',
  rest: '没成功的再交接一次',
  byTaker: '谁接手多少',
  customersTitle: '客户',
  allStates: '全部状态',
  state: '状态',
  states: {
    waiting: '待发起',
    asking: '正在发起',
    asked: '等待完成',
    done: '已交接',
    refused: '客户没同意',
    limit: '接手人已满',
    impossible: '不能交接',
  },
  customerColumns: {
    customer: '客户',
    to: '接手',
    state: '状态',
    why: '原因',
    tasks: '任务',
    at: '时间',
  },
  csv: '导出 CSV',
  noCustomers: '没有这样的客户',
  preparing: '正在整理客户名单，马上就好。',
  star: '重要',
}
export type HandoversWords = typeof zhCN

const figure = (n: number) => n.toLocaleString('en')
const customers = (n: number) => (n === 1 ? '1 customer' : `${figure(n)} customers`)
const tasks = (n: number) => (n === 1 ? '1 task' : `${figure(n)} tasks`)

const en: HandoversWords = {
  title: 'Handovers',
  about:
    'When a guide leaves or moves, their customers and open tasks go to colleagues. Customers have 24 hours to say no.',
  create: 'New handover',
  back: 'All handovers',
  needed: {
    title: 'Needs handing over',
    about: 'They are not at work any more and still have customers or tasks.',
    none: 'Nobody: all who left have been handed over.',
    left: 'Left',
    customers,
    tasks,
    underWay: (n) => `${figure(n)} under way`,
    start: 'Hand over',
  },
  list: 'All handovers',
  empty: 'No handover yet',
  emptyText: 'Start from the list above, or with “New handover”.',
  columns: {
    from: 'From',
    to: 'To',
    stage: 'State',
    done: 'Handed over',
    failed: 'Not',
    at: 'Started',
  },
  strategies: {
    to: 'One colleague',
    even: 'Evenly in the store',
    latest_order: 'Whoever served them last',
    store_manager: 'The store manager first',
  },
  means: {
    to: 'you choose; headquarters also of another store',
    even: 'by spend in turn among the store’s guides at work: as many and as valuable for each',
    latest_order: 'who assisted or rang up the last order; the others evenly',
    store_manager: 'who looks after them until you know better',
  },
  stages: {
    planning: 'Preparing',
    asking: 'Asking WeCom',
    waiting: 'Waiting 24 hours',
    over: 'Over',
  },
  completes: (at) => `complete ${at} unless refused`,
  byWhom: (name, at) => `${name}, ${at}`,
  problem: (code) =>
    code > 0
      ? `WeCom takes no call of ours at present (${code}): ask your administrator to check the set-up. It goes on by itself then.`
      : 'WeCom does not answer at present; it is tried again by itself.',
  steps: {
    who: 'Whose customers',
    whom: 'To whom',
    words: 'What customers are told',
    check: 'Check',
  },
  giver: 'Guide',
  giverMissing: 'Choose whose customers.',
  taker: 'Colleague',
  takerMissing: 'Choose who takes them.',
  message: 'What WeCom tells each customer afterwards (optional, 200 characters)',
  messageHint: 'For example: From now on Liu Fang looks after you. Write to her any time.',
  choose: 'Choose the guide and the way, and see here what would happen.',
  going: (n, m) => (m > 0 ? `${customers(n)} and ${tasks(m)} will go` : `${customers(n)} will go`),
  askedAbout: (n) =>
    `WeCom tells ${customers(n)}; who does not refuse within 24 hours goes, and their tasks with them.`,
  atOnce: (n) => `${customers(n)} without a relation go at once.`,
  nothing: 'Nobody can be handed over now.',
  notAble: 'can’t have customers in WeCom yet',
  takers: {
    name: 'Taker',
    customers: 'Customers',
    spend: 'Spend, 365 days',
    tasks: 'Tasks',
    done: 'Handed over',
  },
  nobody: 'Nobody in the store can take them: choose a colleague.',
  cannot: (n) => `${customers(n)} can’t be handed over`,
  cannotLine: (n, why) => `${customers(n)}: ${why}`,
  again: (day) => `from ${day}`,
  important: 'Important customers',
  importantAbout: 'The best tenth by spend: takers read their profiles first.',
  importantTo: (name) => `to ${name}`,
  send: (n) => `Hand over ${customers(n)}`,
  sendNone: 'Hand over',
  sending: 'Sending…',
  sent: 'The handover has begun',
  limitNote:
    'WeCom hands a customer over at most twice in 90 days. What is sent can’t be taken back.',
  notFound: 'No such handover',
  notFoundText: 'It may be another store’s.',
  handedOver: (from) => `Handover of ${from}`,
  figures: {
    customers: 'Customers',
    waiting: 'To be asked',
    asked: 'Waiting',
    done: 'Handed over',
    failed: 'Not',
    tasks: 'Tasks handed over',
  },
  told: 'Customers are told',
  briefs: 'Briefs of important customers',
  rest: 'Try the others again',
  byTaker: 'By taker',
  customersTitle: 'Customers',
  allStates: 'All states',
  state: 'State',
  states: {
    waiting: 'To be asked',
    asking: 'Being asked',
    asked: 'Waiting',
    done: 'Handed over',
    refused: 'Refused',
    limit: 'Taker full',
    impossible: 'Not possible',
  },
  customerColumns: {
    customer: 'Customer',
    to: 'Taker',
    state: 'State',
    why: 'Why',
    tasks: 'Tasks',
    at: 'When',
  },
  csv: 'Export CSV',
  noCustomers: 'No such customers',
  preparing: 'Their list is being made, in a moment.',
  star: 'Important',
}

export const HANDOVERS_WORDS = { 'zh-CN': zhCN, en }

/** The pages' words in the language they are shown in. */
export function useHandoversWords(): HandoversWords {
  return usePageWords(HANDOVERS_WORDS)
}
