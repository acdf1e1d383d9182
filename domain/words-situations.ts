import { TASK_KINDS, type Lang, type TaskKind } from './words.ts'
import type { WordsVariable } from './words-variables.ts'

/** Kinds of task have words, and so has the welcome of a new customer. */
export const WORDS_KINDS = [...TASK_KINDS, 'welcome'] as const
export type WordsKind = TaskKind | 'welcome'

/** When words are said, within a kind: a birthday that is near reads otherwise than one that is today. */
export interface Situation {
  code: string
  label: Record<Lang, string>
  /** those that fit */
  variables: readonly WordsVariable[]
  /** what ships: at most 80 characters once filled in, warm, no promise that the shop may not keep */
  words: Record<Lang, string>
}

const ALWAYS = { 'zh-CN': '都用这一段', en: 'Always' }
const COMMON = ['称呼', '导购', '门店', '等级', '常买'] as const
const COUPONS = [...COMMON, '券名', '券数', '面额', '到期日'] as const
const SILENCE = [...COMMON, '上次到店', '天数'] as const

/** Every situation of every kind with the words that ship; each kind has one at least. */
export const SITUATIONS: Record<WordsKind, readonly [Situation, ...Situation[]]> = {
  birthday: [
    {
      code: 'before',
      label: { 'zh-CN': '生日前几天', en: 'Days before' },
      variables: [...COMMON, '生日'],
      words: own(
        '您的生日快到啦，先祝您生日快乐！哪天有空来店里，我陪您慢慢挑。',
        'your birthday is near: best wishes already!',
      ),
    },
    {
      code: 'day',
      label: { 'zh-CN': '生日当天', en: 'On the day' },
      variables: [...COMMON, '生日'],
      words: own(
        '生日快乐！愿您新的一岁平安喜乐、事事顺心。有空来店里坐坐。',
        'happy birthday! Wishing you a joyful year.',
      ),
    },
  ],
  coupon_expiring: [
    {
      code: 'one',
      label: { 'zh-CN': '一张券快到期', en: 'One coupon' },
      variables: COUPONS,
      words: own(
        '您的「{券名}」{到期日}到期，别忘了用。看中什么告诉我，我先帮您留意。',
        'a coupon of yours ends on {到期日}.',
      ),
    },
    {
      code: 'several',
      label: { 'zh-CN': '几张券快到期', en: 'Several coupons' },
      variables: COUPONS,
      words: own(
        '您有 {券数} 张券快到期，最早 {到期日}。哪天方便来店里，我帮您一起用上。',
        'coupons of yours end, first on {到期日}.',
      ),
    },
  ],
  points_expiring: [
    {
      code: 'any',
      label: ALWAYS,
      variables: [...COMMON, '积分', '积分合计', '到期日'],
      words: own(
        '您有 {积分} 积分 {到期日}到期，别白白放过了。哪天方便来店里，我帮您一起用上。',
        '{积分} points of yours end on {到期日}.',
      ),
    },
  ],
  repurchase_overdue: [
    {
      code: 'overdue',
      label: { 'zh-CN': '好久没来', en: 'Overdue' },
      variables: SILENCE,
      words: own(
        '好一阵没见您了，最近都好吗？哪天有空来店里看看，我帮您挑合适的。',
        'it has been a while. I hope you are well: drop in!',
      ),
    },
    {
      code: 'nudge',
      label: { 'zh-CN': '差不多该来了', en: 'About time' },
      variables: SILENCE,
      words: own(
        '来跟您打个招呼。最近有什么想添置的，跟我说一声，我先帮您留着。',
        'just a hello from the shop. If there is anything you need, tell me and I’ll keep it for you.',
      ),
    },
  ],
  new_member: [
    {
      code: 'first',
      label: { 'zh-CN': '入会头两天', en: 'The first two days' },
      variables: [...COMMON, '入会日'],
      words: own(
        '欢迎加入我们！我是您的专属导购，想看什么、有什么想问的，随时找我。',
        'welcome! Ask me anything, I am glad to help.',
      ),
    },
    {
      code: 'next',
      label: { 'zh-CN': '入会 3 到 5 天', en: 'Days 3 to 5' },
      variables: [...COMMON, '入会日'],
      words: own(
        '这几天还没好好招呼您。平时喜欢什么样的？告诉我，我先替您挑几款看看。',
        'may I pick a few things for you? Tell me your taste.',
      ),
    },
    {
      code: 'later',
      label: { 'zh-CN': '入会 6 天以后', en: 'From day 6 on' },
      variables: [...COMMON, '入会日'],
      words: own(
        '认识您一周啦！店里有几样挺适合您的，哪天有空来看看，我给您留着。',
        'some things here may suit you. Drop in any day!',
      ),
    },
  ],
  first_purchase_thanks: [
    {
      code: 'any',
      label: ALWAYS,
      variables: [...COMMON, '首单日'],
      words: own(
        '谢谢您第一次在我们家下单！用着有什么问题、想了解的，随时告诉我。',
        'thank you for your first purchase! Happy to help.',
      ),
    },
  ],
  churn_warning: [
    {
      code: 'warning',
      label: { 'zh-CN': '三个月没来', en: 'The warning' },
      variables: SILENCE,
      words: own(
        '好久不见，最近都好吗？店里添了不少新东西，想着您会喜欢，有空来坐坐。',
        'long time no see! I hope all is well. Come by!',
      ),
    },
    {
      code: 'leaning',
      label: { 'zh-CN': '正在走远', en: 'Leaning away' },
      variables: SILENCE,
      words: own(
        '一直惦记着您。要是哪里没照顾好，您直说；想找什么，我来帮您留意。',
        'you are missed. Tell me if we fell short anywhere.',
      ),
    },
    {
      code: 'lost',
      label: { 'zh-CN': '已经流失', en: 'Lost' },
      variables: SILENCE,
      words: own('好久不见，愿您一切都好，有空常来坐坐。', 'I hope all is well with you.'),
    },
    {
      code: 'occasion',
      label: { 'zh-CN': '流失后的生日或节日', en: 'Lost, on a date that matters' },
      variables: [...SILENCE, '节日'],
      words: own(
        '祝您{节日}快乐！好久没见了，愿您一切都好，哪天路过，来坐坐。',
        'warm wishes for your {节日}. Take good care!',
      ),
    },
  ],
  tier_up: [
    {
      code: 'any',
      label: ALWAYS,
      variables: [...COMMON, '新等级', '原等级'],
      words: own(
        '恭喜您升级为{新等级}会员！谢谢您一直以来的信任，新权益我慢慢讲给您听。',
        'you are {新等级} now. Congratulations!',
      ),
    },
  ],
  tier_keep: [
    {
      code: 'any',
      label: ALWAYS,
      variables: [...COMMON, '保级等级', '保级日', '差额'],
      words: own(
        '您的{保级等级}卡 {保级日}要重新评定了，我帮您看看怎么留住，想买什么告诉我。',
        'your {保级等级} tier is reviewed {保级日}. I can help!',
      ),
    },
  ],
  vip_care: [
    {
      code: 'any',
      label: ALWAYS,
      variables: COMMON,
      words: own(
        '好一阵没跟您聊了，最近都好吗？有什么需要，随时找我，我替您留心着。',
        'how have you been? Tell me whenever you need me.',
      ),
    },
  ],
  festival: [
    {
      code: 'any',
      label: ALWAYS,
      variables: [...COMMON, '节日'],
      words: own(
        '{节日}快乐！愿您和家人平安顺遂，忙里也记得歇一歇。',
        'warm wishes for {节日}! All the best.',
      ),
    },
  ],
  follow_up: [
    {
      code: 'any',
      label: ALWAYS,
      variables: COMMON,
      words: own(
        '最近都好吗？有什么需要随时找我，我替您留心着。',
        'how have you been? Tell me whenever you need me.',
      ),
    },
  ],
  welcome: [
    {
      code: 'store',
      label: { 'zh-CN': '知道导购的门店', en: 'The guide’s store is known' },
      variables: ['导购', '门店'],
      words: welcome('我是{门店}的{导购}。', 'I am {导购} of {门店}.'),
    },
    {
      code: 'guide',
      label: { 'zh-CN': '导购没有门店', en: 'A guide without a store' },
      variables: ['导购'],
      words: welcome('我是您的专属导购{导购}。', 'I am {导购}, your own guide.'),
    },
    {
      code: 'nobody',
      label: { 'zh-CN': '还不认识导购', en: 'The guide is not known yet' },
      variables: [],
      words: welcome('很高兴认识您。', 'Nice to meet you.'),
    },
  ],
}

/** A situation of a kind; null for one that there is not. */
export function situationOf(kind: WordsKind, code: string): Situation | null {
  return SITUATIONS[kind].find((situation) => situation.code === code) ?? null
}

/** A guide's words begin with who is meant, and end with who writes. */
function own(zh: string, en: string): Record<Lang, string> {
  return { 'zh-CN': `{称呼|您好}，${zh}——{导购}`, en: `{称呼|Hello}, ${en} — {导购}` }
}

function welcome(zh: string, en: string): Record<Lang, string> {
  return {
    'zh-CN': `您好，${zh}想看的商品、到店活动、会员权益，随时问我。不想收到消息，跟我说一声就好。`,
    en: `Hello, ${en} Ask me about things, events and benefits. If you want no messages, just say so.`,
  }
}
