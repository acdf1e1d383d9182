import { readAnswer } from '../../../bot/wecom/answer-shapes.ts'
import { WecomError } from '../../../bot/wecom/error-table.ts'

/** Good answers of WeCom, with the fields we read and no others. */
const GOOD: Readonly<Record<string, object>> = {
  '/cgi-bin/user/get': { userid: 'wang', name: '王', status: 1 },
  '/cgi-bin/auth/getuserinfo': { userid: 'wang' },
  '/cgi-bin/externalcontact/get_follow_user_list': { follow_user: ['wang'] },
  '/cgi-bin/externalcontact/list': { external_userid: ['wm1'] },
  '/cgi-bin/externalcontact/get': {
    external_contact: {
      external_userid: 'wm1',
      name: '张',
      avatar: 'https://a/b',
      type: 1,
      gender: 2,
      unionid: 'o1',
    },
    follow_user: [
      {
        userid: 'wang',
        remark: '备注',
        description: '描述',
        createtime: 1_700_000_000,
        remark_mobiles: ['13800000001'],
        add_way: 1,
        state: 's',
        tags: [{ tag_id: 'et1', type: 1 }],
      },
    ],
    next_cursor: 'c',
  },
  '/cgi-bin/externalcontact/batch/get_by_user': {
    external_contact_list: [
      {
        external_contact: { external_userid: 'wm1', name: '张', type: 1, gender: 2 },
        follow_info: { userid: 'wang', createtime: 1_700_000_000, tag_id: ['et1'] },
      },
    ],
    next_cursor: 'c',
  },
  '/cgi-bin/externalcontact/get_corp_tag_list': {
    tag_group: [
      {
        group_id: 'g',
        group_name: '组',
        order: 1,
        deleted: false,
        tag: [{ id: 't', name: '标', order: 1 }],
      },
    ],
  },
  '/cgi-bin/externalcontact/add_corp_tag': {
    tag_group: { group_id: 'g', group_name: '组', tag: [{ id: 't', name: '标' }] },
  },
  '/cgi-bin/message/send': { invaliduser: 'a|b', msgid: 'm', response_code: 'r' },
}

const OTHERS: readonly unknown[] = ['x', 7, 1.5, 1e300, -1e300, true, {}, [], [[]], { a: 1 }]

/** Each field of each answer, given each other type: how many were tried, and which were taken or broke something. */
export function tryMalformedAnswers(): { tried: number; taken: string[]; broke: string[] } {
  const taken: string[] = []
  const broke: string[] = []
  let tried = 0
  for (const [path, good] of Object.entries(GOOD)) {
    readAnswer(path, { ...good })
    for (const [where, bad] of mutations(good, '')) {
      tried += 1
      try {
        // an object with one field changed
        readAnswer(path, bad as Record<string, unknown>)
        taken.push(`${path}${where}`)
      } catch (error) {
        if (!(error instanceof WecomError)) broke.push(`${path}${where}: ${String(error)}`)
      }
    }
  }
  return { tried, taken, broke }
}

function* mutations(value: unknown, at: string): Generator<[string, unknown]> {
  if (at !== '') {
    for (const other of OTHERS) {
      if (kindOf(other) !== kindOf(value)) yield [`${at} = ${JSON.stringify(other)}`, other]
    }
  }
  if (Array.isArray(value)) {
    for (const [where, inner] of mutations(value[0], `${at}/0`)) yield [where, [inner]]
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      for (const [where, changed] of mutations(inner, `${at}/${name}`)) {
        yield [where, { ...value, [name]: changed }]
      }
    }
  }
}

/** Whole numbers that a column holds are a kind of their own. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'whole number' : 'number'
  return typeof value
}
