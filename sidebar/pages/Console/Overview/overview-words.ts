import type { OverviewReport, Place } from '../../../../server/api/reports/schema.ts'
import type { HoldReason } from '../../../words.ts'
import type { PageWords } from '../page-words.ts'

type Level = OverviewReport['level']

export interface OverviewWords {
  title: string
  level: Record<Level, string>
  byPlace: Record<Level, string>
  /** a chart with room for some only */
  lowest: (shown: number, of: number) => string
  chain: string
  noRegion: string
  noStore: string
  byDay: string
  byKind: string
  hint: Record<Exclude<Level, 'guide'>, string>
  today: string
  allStarted: string
  noTasksToday: string
  notStarted: (guides: number, of: number) => string
  tasks: (count: number) => string
  more: (count: number) => string
  heldBack: (count: number) => string
  nothingHeld: string
  failed: (count: number) => string
  nothingFailed: string
  hold: Record<HoldReason, string>
  failure: Record<string, string>
  otherFailure: string
  code: (errcode: number) => string
  times: (count: number) => string
}

/** What a place is called; an empty one by its level. */
export function placeName(
  { key, name }: Pick<Place, 'key' | 'name'>,
  level: Level,
  words: OverviewWords,
) {
  if (key === '') return level === 'region' ? words.noRegion : words.noStore
  return name ?? key
}

const zhCN: OverviewWords = {
  title: '总览',
  level: { region: '区域', store: '门店', guide: '导购' },
  byPlace: { region: '各区域', store: '各门店', guide: '各导购' },
  lowest: (shown, of) => `执行率最低的 ${shown} 个，共 ${of} 个`,
  chain: '全部',
  noRegion: '未分区域',
  noStore: '未分店',
  byDay: '每天的变化',
  byKind: '各类任务',
  hint: { region: '点一个区域，看它的门店', store: '点一家门店，看它的导购' },
  today: '今天要留意的',
  allStarted: '今天每位导购都动起来了',
  noTasksToday: '今天还没有派出任务',
  notStarted: (guides, of) => `${guides} 位导购还没开始，共 ${of} 位有任务`,
  tasks: (count) => `${count} 个任务`,
  more: (count) => `还有 ${count} 位`,
  heldBack: (count) => `${count} 个提醒暂时压着没派`,
  nothingHeld: '没有被压着的提醒',
  failed: (count) => `今天有 ${count} 条没发出去`,
  nothingFailed: '今天没有发送失败',
  hold: {
    no_consent: '客户说过不再联系',
    no_relation: '没有导购是 TA 的好友',
    customer_day: '今天已联系过客户',
    customer_week: '7 天内联系够了',
    customer_month: '30 天内联系够了',
    other_guide: '别的导购刚联系过',
    guide_day: '导购今天的任务已排满',
    quiet_hours: '休息时间，等到早上',
  },
  failure: {
    app_message: '给导购的通知',
    update_card: '任务卡片的更新',
    mark_tag: '客户标签的同步',
    add_tag: '新标签的同步',
    edit_tag: '标签改名的同步',
    delete_tag: '删除标签的同步',
    remark: '客户备注的同步',
    welcome: '给新好友的欢迎语',
    webhook: '给外部系统的通知',
    touch: '导购发给客户的消息',
  },
  otherFailure: '其他消息',
  code: (errcode) => `错误码 ${errcode}`,
  times: (count) => `${count} 条`,
}

const en: OverviewWords = {
  title: 'Overview',
  level: { region: 'Region', store: 'Store', guide: 'Guide' },
  byPlace: { region: 'By region', store: 'By store', guide: 'By guide' },
  lowest: (shown, of) => `The ${shown} that acted on least, of ${of}`,
  chain: 'All',
  noRegion: 'No region',
  noStore: 'No store',
  byDay: 'Day by day',
  byKind: 'By kind of task',
  hint: { region: 'Choose a region to see its stores', store: 'Choose a store to see its guides' },
  today: 'To look at today',
  allStarted: 'Every guide has begun today',
  noTasksToday: 'No tasks were given today yet',
  notStarted: (guides, of) => `${guides} of ${of} guides with tasks have begun none`,
  tasks: (count) => `${count} ${count === 1 ? 'task' : 'tasks'}`,
  more: (count) => `and ${count} more`,
  heldBack: (count) => `${count} held back for now`,
  nothingHeld: 'Nothing is held back',
  failed: (count) => `${count} could not be sent today`,
  nothingFailed: 'Nothing failed to send today',
  hold: {
    no_consent: 'the customer wants no contact',
    no_relation: 'no guide is their contact',
    customer_day: 'contacted today already',
    customer_week: 'contacted often enough in 7 days',
    customer_month: 'contacted often enough in 30 days',
    other_guide: 'another guide has just written',
    guide_day: "the guide's day is full",
    quiet_hours: 'quiet hours, until the morning',
  },
  failure: {
    app_message: 'notices to guides',
    update_card: 'changes of task cards',
    mark_tag: 'tags of customers',
    add_tag: 'new tags',
    edit_tag: 'renamed tags',
    delete_tag: 'deleted tags',
    remark: 'remarks of customers',
    welcome: 'welcome messages',
    webhook: 'notices to other systems',
    touch: 'messages of guides to customers',
  },
  otherFailure: 'other messages',
  code: (errcode) => `code ${errcode}`,
  times: (count) => `${count}`,
}

export const overviewWords: PageWords<OverviewWords> = { 'zh-CN': zhCN, en }
