import type { Lang } from '../../domain/words.ts'
import { actionFor, saysOf, type WecomAction } from './error-table.ts'

/** What an errcode means and what to do about it, for people (wecom-protocol 2.2, 6). */
export interface ErrcodeWords {
  says: string
  remedy: string
}

/** The Chinese of each code of the error table; a test compares the codes. */
export const MEANINGS: ReadonlyMap<number, string> = new Map([
  [-1, '企业微信没有回应，或正忙'],
  [6000, '同一时刻有人改了同样的数据'],
  [40001, '应用的 Secret 不对，或应用已停用'],
  [40003, '企业微信里没有这个成员'],
  [40007, '素材不对，或已超过 3 天有效期'],
  [40008, '消息类型不对'],
  [40013, '企业 ID 不对'],
  [40014, '访问凭证无效'],
  [40029, '登录码用过了，或已过期'],
  [40033, '内容里有不允许的字符'],
  [40035, '参数不对'],
  [40056, '应用 ID 不对'],
  [40058, '参数不对'],
  [40063, '缺少参数'],
  [40068, '没有这个标签，可能已在企业微信里删除'],
  [40071, '已经有同名的标签'],
  [40093, '网页签名不对'],
  [40096, '不是本企业的客户，或不在应用可见范围内'],
  [40097, '这位成员还没有离职'],
  [40098, '接手的成员没有实名'],
  [40099, '接手的成员客户数已满'],
  [40100, '这位客户正在转接中'],
  [40126, '标签数量已到上限'],
  [40128, '这位客户 90 天内已转接过两次'],
  [40129, '这位客户正在转接中'],
  [40130, '转出和接手的是同一个人'],
  [40131, '这位客户不属于转出的成员'],
  [40143, '接手的成员被限制了'],
  [40201, '内容被判为骚扰而拦下'],
  [41001, '缺少访问凭证'],
  [41002, '缺少企业 ID'],
  [41004, '缺少 Secret'],
  [41035, '缺少客户的 external_userid'],
  [41046, '缺少群发消息的编号'],
  [41047, '群发消息的编号不对'],
  [41048, '没有可以送达的客户'],
  [41049, '缺少欢迎语的凭证'],
  [41050, '欢迎语的凭证用过了，或超过了 20 秒'],
  [41051, '欢迎语已经发过，或双方已经聊过'],
  [41063, '群发消息还在派发中'],
  [41064, '附件太多'],
  [41065, '附件不对'],
  [41093, '群发消息已取消'],
  [41094, '提醒的次数太多'],
  [41096, '另一个应用正在发欢迎语'],
  [42001, '访问凭证已过期'],
  [42012, '网页凭证属于别的应用，或类型不对'],
  [42014, '卡片的编号不对'],
  [43012, '应用没有设置接收消息的地址'],
  [45002, '内容太长'],
  [45009, '调用次数用完了'],
  [45033, '同时调用太多'],
  [46004, '企业微信里没有这个成员'],
  [48002, '应用没有调用这个接口的权限'],
  [48006, '应用太久没用，权限被收回'],
  [50001, '网页域名不是可信域名'],
  [50002, '有成员不在应用的权限范围内'],
  [60011, '不在应用的权限范围内'],
  [60020, '服务器的 IP 不在企业可信 IP 里'],
  [60021, '不在应用的可见范围内'],
  [60111, '企业微信里没有这个成员'],
  [60123, '企业微信里没有这个部门'],
  [60140, '卡片的更新凭证用过了，或超过了 72 小时'],
  [80001, '可信域名不对'],
  [81013, '收件人都无效，或都不在应用可见范围内'],
  [81017, '一次查得太多'],
  [84014, '登录凭证已过期'],
  [84015, '登录凭证无效'],
  [84025, '登录的 state 只能有字母和数字'],
  [84061, '导购和客户已经不是好友'],
  [84074, '这位成员没有外部联系人权限'],
  [84083, '这位成员不是服务人员'],
  [84084, '这位成员没有添加这位客户'],
  [85004, '可信域名本月改得太多'],
  [85005, '可信域名还没有验证归属'],
  [85008, '可信域名备案的主体不同'],
  [85111, '可信域名属于服务商'],
  [301002, '是别的应用的，本应用不能改'],
  [610004, '不是本企业的客户'],
  [701008, '没有成员有这位客户的许可'],
])

const SENSITIVE_WORDS = '碰到了敏感词规则的上限'
const UNKNOWN = '表里没有的错误'

/** What is more exact than what follows from the kind of refusal. */
const REMEDIES: ReadonlyMap<number, Record<Lang, string>> = new Map([
  [
    40001,
    {
      'zh-CN': '到「应用管理 → 本应用」重新复制 Secret，填到 WECOM_AGENT_SECRET，再重启。',
      en: 'WECOM_AGENT_SECRET is not the secret of this app, or the app is disabled: copy it anew from 应用管理 → the app.',
    },
  ],
  [
    40013,
    {
      'zh-CN': '到「我的企业 → 企业 ID」复制，填到 WECOM_CORP_ID，再重启。',
      en: 'WECOM_CORP_ID is not a corp: copy it from 我的企业 → 企业ID.',
    },
  ],
  [
    40056,
    {
      'zh-CN': '到「应用管理 → 本应用」复制 AgentId，填到 WECOM_AGENT_ID，再重启。',
      en: 'WECOM_AGENT_ID is not the id of this app: copy it from 应用管理 → the app.',
    },
  ],
  [
    48002,
    {
      'zh-CN': '到「客户与上下游 → 客户联系 → 可调用接口的应用」加上本应用，再重试。',
      en: 'The app may not use customer contact: 客户与上下游 → 客户联系 → 可调用接口的应用 → add this app.',
    },
  ],
  [
    48006,
    {
      'zh-CN': '请企业微信管理员在本应用里重新启用权限，再重试。',
      en: 'WeCom has withdrawn the permission for long disuse: an administrator re-enables it in the app.',
    },
  ],
  [
    60020,
    {
      'zh-CN': '到「应用管理 → 本应用 → 企业可信 IP」加上服务器的出口 IP，一分钟后再重试。',
      en: "This machine's outgoing IP is not trusted: 应用管理 → the app → 企业可信IP → add it; it takes a minute.",
    },
  ],
  [
    84074,
    {
      'zh-CN': '给本应用开通「客户联系」，并把导购放进应用可见范围，再重试。',
      en: 'No external-contact rights: give the app 客户联系 and put guides inside its visible range.',
    },
  ],
  [
    40096,
    {
      'zh-CN': '不用处理：客户删除了好友，或还没通过好友申请。',
      en: 'Nothing: half-added or deleted customers answer so.',
    },
  ],
  [
    84061,
    {
      'zh-CN': '不用处理：双方重新成为好友后，下一次会照常发。',
      en: 'Nothing: once they are contacts again, the next one goes out.',
    },
  ],
  [
    41050,
    {
      'zh-CN': '不能补发。请把企业微信后台自带的欢迎语清空，避免互相抢。',
      en: "It can't be sent later. Leave 欢迎语 in WeCom's console empty, so that the two don't race.",
    },
  ],
  [
    40126,
    {
      'zh-CN': '先删除或合并不用的标签，再重试。',
      en: 'Delete or merge unused tags, then try again.',
    },
  ],
])

const BY_ACTION: Record<WecomAction, Record<Lang, string>> = {
  done: { 'zh-CN': '不用处理。', en: 'Nothing to do.' },
  retry: {
    'zh-CN': '多半是暂时的，可以重试。',
    en: 'Most likely it has passed: try again.',
  },
  refresh: {
    'zh-CN': '凭证会自动更新，可以重试。',
    en: 'The token is renewed by itself: try again.',
  },
  give_up: {
    'zh-CN': '先看说的情况还在不在；还在的话，重试也不会成功。',
    en: 'See whether it still holds; while it does, another try fails too.',
  },
  alarm: {
    'zh-CN': '要先改好企业微信后台或服务器的设置，再重试。',
    en: 'Mend the set-up first, then try again.',
  },
}

const NO_CODE: Record<Lang, ErrcodeWords> = {
  'zh-CN': { says: '没有发出去', remedy: '原因见技术说明；改好后可以重试。' },
  en: {
    says: 'It was not sent',
    remedy: 'The technical note says why; mend that, then try again.',
  },
}

/**
 * An errcode in words.
 *
 * @param errcode null where the failure is not an answer of WeCom's
 */
export function explainErrcode(errcode: number | null, lang: Lang): ErrcodeWords {
  if (errcode === null || errcode === 0) return NO_CODE[lang]
  return {
    says: lang === 'en' ? saysOf(errcode) : chineseOf(errcode),
    remedy: (REMEDIES.get(errcode) ?? BY_ACTION[actionFor(errcode)])[lang],
  }
}

function chineseOf(errcode: number): string {
  if (errcode >= 41068 && errcode <= 41077) return SENSITIVE_WORDS
  return MEANINGS.get(errcode) ?? UNKNOWN
}
