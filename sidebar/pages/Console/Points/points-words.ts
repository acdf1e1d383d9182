import type { PointsProgramme } from '../../../../domain/points-programme.ts'
import { usePageWords } from '../page-words.ts'

/** A part of the programme: its title, and a sentence with its numbers as fields. */
type Part = Record<'title' | 'sentence', string>

/** The words of the page of points, in both languages; a word that one of them lacks fails the type check. */
const zhCN = {
  title: '积分',
  about: '没有自己积分系统的品牌，用这套方案给会员积分：每晚按当天的订单、入会和推荐结算。',
  elsewhere: '积分由收银或会员系统送来的，请不要开启，否则客户会拿到双份。',
  on: '已开启',
  off: '未开启',
  turnOn: '开启积分方案',
  turnOff: '关闭积分方案',
  offAbout: '没开启时不给新积分；给过的照样有效，退款照样收回。',
  never: '还没有用过积分方案。下面是推荐值，改好后开启、保存就行。',
  parts: {
    spend: {
      title: '消费积分',
      sentence:
        '从 {startsOn} 起，每消费 1 元得 {pointsPerYuan} 分，每单不足 1 分的零头不计。退款时，按这一单当时的比例收回。',
    },
    birthday: {
      title: '生日月',
      sentence:
        '生日当月的消费，积分是平时的 {birthdayMonthFactor} 倍。农历生日按当年落在的月份算。',
    },
    behaviour: {
      title: '行为积分',
      sentence:
        '入会得 {signUpPoints} 分；推荐的朋友完成首单、没有退款，推荐人得 {referralPoints} 分。行为积分一位会员一天最多 {behaviourDailyCap} 分，超出的不给。',
    },
    validity: {
      title: '到账和有效期',
      sentence: '积分过 {pendingDays} 天退货期才能用，有效 {validDays} 天，再顺延到那个月的月底。',
    },
  } satisfies Record<string, Part> as Record<string, Part>,
  example: (available: string, end: string) =>
    `比如今天得的积分：${available} 起能用，${end} 到期。`,
  reviews: '评价、活动的积分这里没有依据，请让你们的系统作为积分流水送来（开放接口 points）。',
  labels: {
    startsOn: '开始日期',
    pointsPerYuan: '每元积分',
    birthdayMonthFactor: '生日月倍数',
    signUpPoints: '入会积分',
    referralPoints: '推荐积分',
    behaviourDailyCap: '行为积分每天上限',
    pendingDays: '几天后能用',
    validDays: '有效天数',
  } satisfies Record<keyof PointsProgramme, string> as Record<keyof PointsProgramme, string>,
  problem: (remedy: string) => `请填${remedy}。`,
  dryRunAbout: '用上个月的订单、入会和推荐算一遍，什么都不会写下。',
  stale: '数字又改过了，请再试算一次。',
  result: (from: string, to: string) => `${from} 到 ${to}，按这些数字会给多少分`,
  spend: '消费积分',
  behaviour: '行为积分',
  members: '得到积分的会员',
  beforeIs: (n: string) => `现在的方案：${n}`,
  rate: (paid: string, each: string) => `这个月实付 ${paid}，平均每元给 ${each} 分。`,
  tiers: (up: number, down: number) =>
    up + down === 0
      ? '没有人会因此换等级。'
      : `按一年的积分算，${up} 位客户会够得上更高的等级，${down} 位会少一级。`,
  tiersDontAsk: '现在的等级不看积分，所以谁的等级都不变。',
  saved: (version: number) => `已保存为第 ${version} 版，今晚起按它积分。`,
  status: '开关',
  leave: '积分方案还没有保存，确定离开吗？',
}

export type PointsWords = typeof zhCN

const en: PointsWords = {
  title: 'Points',
  about:
    'For chains without a points system of their own: each night gives points for the day’s orders, new members and friends who were brought.',
  elsewhere:
    'Leave it off where your till or member system sends points: customers would get them twice.',
  on: 'On',
  off: 'Off',
  turnOn: 'Switch the points programme on',
  turnOff: 'Switch the points programme off',
  offAbout:
    'While it is off nothing new is given; what was given stays, and refunds still take theirs back.',
  never:
    'There was no programme yet. These are recommended numbers: change them, switch it on, save.',
  parts: {
    spend: {
      title: 'For spending',
      sentence:
        'From {startsOn} on each yuan spent gives {pointsPerYuan} points, rounded down an order. A refund takes back at the rate the order had.',
    },
    birthday: {
      title: 'Birthday month',
      sentence:
        'Orders of the birthday’s month give {birthdayMonthFactor} times the points; a lunar birthday counts in the month it falls into that year.',
    },
    behaviour: {
      title: 'For what members do',
      sentence:
        'Joining gives {signUpPoints} points; a friend’s first order that is not refunded gives {referralPoints} to who brought them. A member gets at most {behaviourDailyCap} of these a day; what is above is never given.',
    },
    validity: {
      title: 'Waiting and validity',
      sentence:
        'Points can be spent {pendingDays} days later, after the refund window, and hold {validDays} days, on to the end of that month.',
    },
  },
  example: (available, end) => `Points of today: spent from ${available} on, over on ${end}.`,
  reviews:
    'Reviews and activities have no source here: let your systems send their points as ledger lines (open API, points).',
  labels: {
    startsOn: 'First day',
    pointsPerYuan: 'Points per yuan',
    birthdayMonthFactor: 'Times in the birthday month',
    signUpPoints: 'Points for joining',
    referralPoints: 'Points for a friend',
    behaviourDailyCap: 'Most of these a day',
    pendingDays: 'Days of waiting',
    validDays: 'Days of validity',
  },
  problem: (remedy) => `Write ${remedy}.`,
  dryRunAbout: 'Works out last month’s orders, new members and friends; nothing is written.',
  stale: 'The numbers have changed since: try again.',
  result: (from, to) => `${from} to ${to}: what these numbers would have given`,
  spend: 'For spending',
  behaviour: 'For what members do',
  members: 'Members who get any',
  beforeIs: (n) => `now: ${n}`,
  rate: (paid, each) => `${paid} paid in the month: ${each} points a yuan.`,
  tiers: (up, down) =>
    up + down === 0
      ? 'Nobody’s tier would change by it.'
      : `By the points of a year ${up} customers would reach a higher tier, ${down} a lower one.`,
  tiersDontAsk: 'No tier asks for points now, so that nobody’s changes.',
  saved: (version) => `Saved as version ${version}; it holds from tonight on.`,
  status: 'Switch',
  leave: 'The points programme is not saved. Leave all the same?',
}

export const POINTS_WORDS = { 'zh-CN': zhCN, en }

/** The page's words in the language it is shown in. */
export function usePointsWords(): PointsWords {
  return usePageWords(POINTS_WORDS)
}
