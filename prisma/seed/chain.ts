import { DateTime } from 'luxon'
import {
  AUTOMATIC_TAGS,
  FEMALE_NAMES,
  GOODS,
  GUIDES,
  MALE_NAMES,
  HEADQUARTERS,
  MANAGERS,
  NICKNAMES,
  STORES,
  SURNAMES,
  TAG_GROUPS,
} from './catalogue.ts'
import { createRandom, type Random } from './random.ts'

/** The demo's chain: rows for the open API on one side, WeCom's view of the same people on the other. */
export interface Chain {
  stores: object[]
  employees: {
    userid: string
    name: string
    /** headquarters have none */
    storeNo?: string
    role: 'guide' | 'manager' | 'hq'
  }[]
  members: object[]
  orders: object[]
  coupons: object[]
  points: object[]
  wecom: {
    members: { userid: string; name: string; department: string }[]
    customers: {
      externalUserid: string
      name: string
      gender: 0 | 1 | 2
      unionid: string
      type: 1
    }[]
    relations: {
      userid: string
      externalUserid: string
      remark: string
      remarkMobiles: string[]
      createtime: number
      addWay: number
      tagIds: string[]
    }[]
    tagGroups: {
      groupId: string
      name: string
      order: number
      tags: { id: string; name: string; order: number }[]
    }[]
  }
}

interface Person {
  index: number
  memberNo: string
  name: string
  nickname: string
  gender: 'male' | 'female'
  externalUserid: string
  unionid: string
  mobile: string
  guide: (typeof GUIDES)[number]
  storeNo: string
  joined: DateTime
  purchases: DateTime[]
}

const ZONE = 'Asia/Shanghai'

/**
 * Makes the demo's chain: 3 stores, 12 guides and 2 managers, `customers` people with two years of orders in
 * rhythms of their own, coupons, points and birthdays around `today`. The same arguments give the same chain.
 *
 * @param options.today business day the chain is made for, YYYY-MM-DD: its last orders are the day before
 */
export function makeChain(options: { today: string; customers?: number; seed?: number }): Chain {
  const random = createRandom(options.seed ?? 20_261_122)
  const today = DateTime.fromISO(options.today, { zone: ZONE })
  const people = Array.from({ length: options.customers ?? 500 }, (_, index) =>
    makePerson(random, index, today),
  )
  const tagGroups = makeTagGroups()
  const orders = people
    .filter(isMember)
    .flatMap((person) => person.purchases.map((at, n) => makeOrder(random, person, at, n)))
  return {
    stores: STORES.map((store) => ({ ...store })),
    employees: [
      ...GUIDES.map(([userid, name], n) => ({
        userid,
        name,
        storeNo: storeOf(n),
        role: 'guide' as const,
      })),
      ...MANAGERS.map(([userid, name, storeNo]) => ({
        userid,
        name,
        storeNo,
        role: 'manager' as const,
      })),
      ...HEADQUARTERS.map(([userid, name]) => ({ userid, name, role: 'hq' as const })),
    ],
    members: people.filter(isMember).map((person) => makeMember(random, person, today)),
    orders,
    coupons: people.filter(isMember).flatMap((person) => makeCoupons(random, person, today)),
    points: orders.map((order, n) => ({
      entryNo: `P${String(n).padStart(6, '0')}`,
      memberNo: order.memberNo,
      kind: 'earn',
      points: Math.max(1, Math.round(order.amountFen / 100)),
      occurredAt: order.paidAt,
      expiresAt: iso(
        DateTime.fromISO(order.paidAt, { zone: ZONE }).plus({ days: 365 }).endOf('month'),
      ),
      reason: `订单 ${order.orderNo}`,
    })),
    wecom: {
      members: [
        ...GUIDES.map(([userid, name], n) => ({
          userid,
          name,
          department: STORES[Math.floor(n / 4)]?.name ?? '',
        })),
        ...MANAGERS.map(([userid, name]) => ({ userid, name, department: '店长' })),
        ...HEADQUARTERS.map(([userid, name]) => ({ userid, name, department: '总部' })),
      ],
      customers: people.filter(isInWecom).map((person) => ({
        externalUserid: person.externalUserid,
        name: person.nickname,
        gender: person.gender === 'female' ? (2 as const) : (1 as const),
        unionid: person.unionid,
        type: 1 as const,
      })),
      relations: people
        .filter(isInWecom)
        .flatMap((person) => makeRelations(random, person, tagGroups)),
      tagGroups,
    },
  }
}

/** Deals people out to `n` slots so that every guide has each of them. */
function slot(index: number, n: number): number {
  return (Math.floor(index / GUIDES.length) + (index % GUIDES.length) * 5) % n
}

/** nearly all are the chain's members; the rest are only known to WeCom */
function isMember(person: Person): boolean {
  return slot(person.index, 21) !== 20
}

/** and some members have not added a guide */
function isInWecom(person: Person): boolean {
  return slot(person.index, 20) !== 19
}

function storeOf(guide: number): string {
  return STORES[Math.floor(guide / 4)]?.storeNo ?? 'S01'
}

function makePerson(random: Random, index: number, today: DateTime): Person {
  const female = random.chance(0.72)
  const name = random.pick(SURNAMES) + random.pick(female ? FEMALE_NAMES : MALE_NAMES)
  const guideIndex = index % GUIDES.length
  const serial = String(index + 1).padStart(5, '0')
  const purchases = makePurchases(random, index, today)
  const first = purchases[0] ?? today.minus({ days: joinedAgo(random, index) }).set({ hour: 11 })
  return {
    index,
    memberNo: `M${serial}`,
    name,
    nickname: random.chance(0.5)
      ? name
      : `${random.pick(NICKNAMES)}${random.chance(0.4) ? random.between(1, 99) : ''}`,
    gender: female ? 'female' : 'male',
    externalUserid: `wmMuMian${serial}${'AbCdEfGhIjKlMnOp'.slice(0, 12)}`,
    unionid: `oUnion${serial}MuMianLife`,
    mobile: `1380000${String(index).padStart(4, '0')}`,
    guide: GUIDES[guideIndex] ?? GUIDES[0],
    storeNo: storeOf(guideIndex),
    joined: first.minus({ minutes: random.between(5, 60) }),
    purchases,
  }
}

/** Half of those who never bought have just joined: yesterday, three or seven days ago. */
function joinedAgo(random: Random, index: number): number {
  const days = random.between(3, 300)
  return slot(index, 32) === 15 ? ([1, 3, 7][Math.floor(index / GUIDES.length) % 3] ?? days) : days
}

/** ten orders since yesterday: iron before, bronze since the night */
const ROSE = [270, 240, 210, 180, 150, 120, 90, 60, 30, 1]
/** bronze; two orders leave the year before the next review, which then counts nine */
const MAY_FALL = [364, 364, 324, 286, 248, 210, 172, 134, 96, 58, 20]

/**
 * A person's purchases, oldest first. One in eight regulars is overdue, so that every guide finds a few, one in
 * thirty-two has been away for half a year; people who bought once did so yesterday, lately or long ago.
 */
function makePurchases(random: Random, index: number, today: DateTime): DateTime[] {
  const kind = slot(index, 16)
  const rare = slot(index, 32)
  if (rare === 12 || rare === 28) {
    return (rare === 12 ? ROSE : MAY_FALL).map((ago, n) =>
      today.minus({ days: ago }).set({ hour: 10 + (n % 8) }),
    )
  }
  const opened = (day: DateTime) =>
    day.set({ hour: random.between(10, 20), minute: random.between(0, 59) })
  if (kind === 15) return []
  if (kind === 14) return [opened(today.minus({ days: rare === 14 ? 1 : random.between(1, 20) }))]
  if (kind === 13) return [opened(today.minus({ days: random.between(380, 700) }))]
  const cycle = random.pick([10, 14, 15, 21, 28, 30, 42, 60])
  const overdue = kind === 3 || kind === 11
  const usual = overdue
    ? Math.ceil(cycle * (2.02 + random.next() * 0.5))
    : Math.max(1, Math.round(cycle * (0.1 + random.next() * 1.3)))
  const silence = rare === 27 ? 200 : usual
  const days: DateTime[] = []
  const span = random.between(240, 720)
  for (
    let ago = silence;
    ago <= span;
    ago += Math.max(2, Math.round(cycle * (0.8 + random.next() * 0.4)))
  ) {
    days.push(opened(today.minus({ days: ago })))
  }
  return days.toReversed()
}

function makeOrder(random: Random, person: Person, at: DateTime, n: number) {
  const [category, goods] = random.pick(GOODS)
  const items = Array.from({ length: random.between(1, 3) }, () => {
    const [sku, name, priceFen] = random.pick(goods)
    const quantity = random.chance(0.8) ? 1 : 2
    return { sku, name, category, quantity, amountFen: priceFen * quantity }
  })
  return {
    orderNo: `O${person.memberNo.slice(1)}-${String(n + 1).padStart(3, '0')}`,
    memberNo: person.memberNo,
    storeNo: person.storeNo,
    ...(random.chance(0.7) ? { guideUserid: person.guide[0] } : {}),
    paidAt: iso(at),
    amountFen: items.reduce((sum, item) => sum + item.amountFen, 0),
    status: 'paid',
    items,
  }
}

function makeMember(random: Random, person: Person, today: DateTime): object {
  // one in twenty has a birthday in the coming days, so that the tour meets one, and so has half of the lost
  const isSoon = slot(person.index, 13) === 7 || slot(person.index, 32) === 13
  const soon = isSoon ? today.plus({ days: random.between(0, 3) }) : undefined
  const birthday = soon ?? today.minus({ days: random.between(5, 360) })
  const year = random.between(1968, 2003)
  const full = DateTime.fromObject({ year, month: birthday.month, day: Math.min(birthday.day, 28) })
  const join = slot(person.index, 10)
  return {
    memberNo: person.memberNo,
    name: person.name,
    gender: person.gender,
    mobile: person.mobile,
    birthday: random.chance(0.8) || soon ? full.toFormat('yyyy-MM-dd') : full.toFormat('MM-dd'),
    joinedAt: iso(person.joined),
    storeNo: person.storeNo,
    guideUserid: person.guide[0],
    source: random.pick(['门店', '小程序', '朋友介绍']),
    // most chains know the WeCom id; some know the unionid, some only a mobile the guide wrote down
    ...(isInWecom(person) && join < 8 ? { externalUserId: person.externalUserid } : {}),
    ...(isInWecom(person) && join === 8 ? { unionid: person.unionid } : {}),
  }
}

function makeCoupons(random: Random, person: Person, today: DateTime): object[] {
  const coupons: object[] = []
  const add = (name: string, days: number, value: object) =>
    coupons.push({
      couponNo: `C${person.memberNo.slice(1)}-${coupons.length + 1}`,
      memberNo: person.memberNo,
      name,
      issuedAt: iso(today.minus({ days: 30 }).set({ hour: 10 })),
      expiresAt: iso(today.plus({ days }).set({ hour: 23, minute: 59, second: 59 })),
      status: 'issued',
      ...value,
    })
  if (slot(person.index, 14) === 5)
    add('满 300 减 50', random.pick([1, 2, 3, 4, 7, 8]), {
      faceValueFen: 5000,
      minSpendFen: 30_000,
    })
  if (slot(person.index, 9) === 2) add('会员 9 折券', random.between(15, 60), { discount: 0.9 })
  return coupons
}

function makeTagGroups(): Chain['wecom']['tagGroups'] {
  return TAG_GROUPS.map(([name, tags], g) => ({
    groupId: `etMuMianGroup${g + 1}`,
    name,
    order: 100 - g,
    tags: [...tags, ...AUTOMATIC_TAGS[name]].map((tag, t) => ({
      id: `etMuMianTag${g + 1}x${t + 1}`,
      name: tag,
      order: 100 - t,
    })),
  }))
}

function makeRelations(
  random: Random,
  person: Person,
  groups: Chain['wecom']['tagGroups'],
): Chain['wecom']['relations'] {
  const tagIds = groups.flatMap((group, g) => {
    const byHand = TAG_GROUPS[g]?.[1].length ?? 0
    const tag = group.tags[random.between(0, byHand - 1)]
    return tag && random.chance(0.35) ? [tag.id] : []
  })
  const relation = {
    userid: person.guide[0] as string,
    externalUserid: person.externalUserid,
    remark: random.chance(0.6) ? person.name : '',
    remarkMobiles: slot(person.index, 10) === 9 ? [person.mobile] : [],
    createtime: Math.floor(person.joined.plus({ minutes: 10 }).toSeconds()),
    addWay: 1,
    tagIds,
  }
  // one in fifteen is also a friend of a colleague in the same store
  if (slot(person.index, 15) !== 4) return [relation]
  const colleague =
    GUIDES[Math.floor((person.index % GUIDES.length) / 4) * 4 + ((person.index + 1) % 4)]
  if (!colleague || colleague[0] === person.guide[0]) return [relation]
  return [
    relation,
    {
      ...relation,
      userid: colleague[0],
      createtime: relation.createtime + 86_400,
      tagIds: [],
      remark: '',
    },
  ]
}

function iso(moment: DateTime): string {
  return moment.toISO({ suppressMilliseconds: true }) ?? ''
}
