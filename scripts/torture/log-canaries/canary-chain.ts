import type { SandboxSeed } from '../../../sandbox/options.ts'

/** A chain whose every word about a person is recognisable, on both sides of the wire. */
export interface CanaryChain {
  wecom: SandboxSeed
  stores: object[]
  employees: { userid: string; name: string; storeNo: string; role: 'guide' | 'manager' }[]
  members: object[]
  orders: object[]
}

/** In every external_userid, unionid, remark, note, code and key of the chain. */
export const WORD = 'Canary'
/** In every name. */
export const NAME = '金丝雀'
/** What every mobile begins with. */
export const MOBILE = '139135'

export const externalUserid = (n: number): string => `wm${WORD}${n}`
export const mobile = (n: number): string => `${MOBILE}${String(n).padStart(5, '0')}`

/** What of a person must not stand in a log line, in the ways it may be written. */
export const PERSONAL: Readonly<Record<string, readonly string[]>> = {
  'an external_userid, a text or a code': [WORD, WORD.toLowerCase(), WORD.toUpperCase()],
  'a name': [
    NAME,
    encodeURIComponent(NAME),
    encodeURIComponent(NAME).toLowerCase(),
    '\\u91d1\\u4e1d',
    Buffer.from(NAME).toString('hex'),
  ],
  'a mobile': [MOBILE, Buffer.from(MOBILE).toString('hex')],
  // a buffer prints as decimal numbers: whatever it held
  'raw bytes': ['"type":"Buffer"', '<Buffer '],
}

const GUIDES_A_STORE = 20

/** Makes the chain; guides' userids are no canaries: they are ids of ours. */
export function makeCanaryChain(sizes: { stores: number; customers: number }): CanaryChain {
  const employees = Array.from({ length: sizes.stores * GUIDES_A_STORE }, (_, n) => ({
    userid: `guide${n}`,
    name: `${NAME}导购${n}`,
    storeNo: `S${1 + (n % sizes.stores)}`,
    role: n % GUIDES_A_STORE === 0 ? ('manager' as const) : ('guide' as const),
  }))
  const people = Array.from({ length: sizes.customers }, (_, n) => n)
  const guideOf = (n: number): string => employees[n % employees.length]?.userid ?? ''
  return {
    employees,
    stores: Array.from({ length: sizes.stores }, (_, n) => ({
      storeNo: `S${n + 1}`,
      name: `${NAME}店${n + 1}`,
    })),
    members: people.map((n) => ({
      memberNo: `M${n}`,
      name: `${NAME}${n}`,
      mobile: mobile(n),
      unionid: `o${WORD}${n}`,
      externalUserId: externalUserid(n),
      birthday: '1990-11-22',
      joinedAt: '2025-01-01T10:00:00+08:00',
      storeNo: 'S1',
      guideUserid: guideOf(n),
      attributes: { note: `${WORD}${n}` },
    })),
    orders: people.map((n) => ({
      orderNo: `O${n}`,
      memberNo: `M${n}`,
      paidAt: '2026-09-01T10:00:00+08:00',
      amountFen: 10_000,
      status: 'paid',
    })),
    wecom: {
      members: employees.map(({ userid, name }) => ({ userid, name })),
      customers: people.map((n) => ({
        externalUserid: externalUserid(n),
        name: `${NAME}昵称${n}`,
        unionid: `o${WORD}${n}`,
        gender: 2,
        type: 1,
      })),
      relations: people.map((n) => ({
        userid: guideOf(n),
        externalUserid: externalUserid(n),
        remark: `${NAME}备注${n}`,
        description: `${WORD}${n}`,
        remarkMobiles: [mobile(n)],
        createtime: 1_760_000_000,
      })),
      tagGroups: [
        { groupId: 'g1', name: `${NAME}组`, order: 1, tags: [{ id: 't1', name: '茶', order: 1 }] },
      ],
    },
  }
}
