import * as fc from 'fast-check'
import type { CustomerFilter, FilterFacts } from '../../../domain/customer-filter.ts'
import { addDays, type BusinessDay } from '../../../domain/business-day.ts'
import { RFM_EIGHT, RFM_FIVE } from '../../../domain/rfm.ts'
import { DEFAULT_TIER_TABLE } from '../../../domain/tier-table.ts'
import { CONSENTS, STAGES } from '../../../domain/words.ts'
import type { Database } from '../../../prisma/db.ts'

/** The day on which generated people are looked at; in China it is that day from 16:00 UTC of the day before. */
export const DAY = '2026-11-22'
export const NOW = new Date('2026-11-22T01:00:00Z')
export const ZONE = 'Asia/Shanghai'

export const TAGS = ['1', '2', '3']
const STORES = [
  { storeNo: 'S1', region: '华东' },
  { storeNo: 'S2', region: '华北' },
  { storeNo: 'S3', region: null },
]
const GUIDES = ['Ann', 'Bob', 'Gone']
const MONTH_DAYS = [101, 228, 229, 1121, 1122, 1123, 1231, 1014, 1015]

const ago = (days: number): BusinessDay => addDays(DAY, -days)
const some = <T>(values: readonly T[]) => fc.constantFrom(...values)
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 3 })

const TIERS = DEFAULT_TIER_TABLE.tiers.map(({ code }) => code)

interface Person extends FilterFacts {
  tags: { id: string; removed: boolean; expired: boolean }[]
  relations: { guide: number; ended: boolean; half: boolean }[]
  coupons: { day: BusinessDay; used: boolean }[]
  lots: { remaining: number; available: BusinessDay; expires: BusinessDay }[]
}

const aBuyer = fc.record({
  days: some([-1, 0, 1, 29, 30, 31, 365, 366]),
  spend: some([0, 1, 99_999, 100_000, 100_001]),
  orders: some([0, 1, 2, 10]),
  cycle: orNull(some([1, 14.5, 15, 30])),
})

/** A customer of the small chain that writePeople() stores. */
export const aPerson: fc.Arbitrary<Person> = fc
  .record({
    tags: fc.uniqueArray(
      fc.record({ id: some(TAGS), removed: fc.boolean(), expired: fc.boolean() }),
      { selector: ({ id }) => id },
    ),
    tier: orNull(some(TIERS)),
    rfm: orNull(some(RFM_EIGHT)),
    five: orNull(some(RFM_FIVE)),
    stage: some(STAGES),
    storeNo: orNull(some(['S1', 'S2', 'S3', 'S9'])),
    relations: fc.uniqueArray(
      fc.record({ guide: some([0, 1, 2]), ended: fc.boolean(), half: fc.boolean() }),
      { selector: ({ guide }) => guide },
    ),
    bought: orNull(aBuyer),
    pAlive: orNull(some([0, 0.25, 0.5, 1])),
    expected90: orNull(some([0, 0.5, 3])),
    joined: orNull(some([0, 1, 7, 30, 31])),
    birthday: orNull(fc.record({ md: some(MONTH_DAYS), lunar: fc.boolean() })),
    gender: orNull(some(['male', 'female'] as const)),
    consent: some(CONSENTS),
    coupons: fc.array(
      fc.record({ day: some([-1, 0, 7, 8]).map((days) => ago(-days)), used: fc.boolean() }),
      { maxLength: 2 },
    ),
    source: orNull(some(['门店', '小程序'])),
    lots: fc.array(
      fc.record({
        remaining: some([0, 1, 500]),
        available: some([-1, 0, 1]).map(ago),
        expires: some([-1, 0, 1]).map(ago),
      }),
      { maxLength: 2 },
    ),
    isMember: fc.boolean(),
  })
  .map(({ bought, joined, ...rest }) => ({
    ...rest,
    tagIds: rest.tags.filter((tag) => !tag.removed && !tag.expired).map(({ id }) => id),
    region: STORES.find(({ storeNo }) => storeNo === rest.storeNo)?.region ?? null,
    guides: rest.relations
      .filter(({ ended }) => !ended)
      .map(({ guide }) => (GUIDES[guide] ?? '').toLowerCase()),
    lastPurchaseDay: bought && ago(bought.days),
    spend365Fen: bought?.spend ?? 0,
    orders365: bought?.orders ?? 0,
    purchaseDays365: bought?.orders ?? 0,
    cycleDays: bought?.cycle ?? null,
    joinedDay: joined === null ? null : ago(joined),
    couponDays: rest.coupons.filter(({ used }) => !used).map(({ day }) => day),
    points: rest.lots
      .filter(({ available, expires }) => available <= DAY && expires >= DAY)
      .reduce((sum, { remaining }) => sum + remaining, 0),
    // the third guide has left the chain
    isReachable: rest.relations.some(({ guide, ended, half }) => guide !== 2 && !ended && !half),
  }))

/** Stores people under the ids 1, 2, 3 … with their shops, guides and tags. */
export async function writePeople(db: Database, people: readonly Person[]): Promise<void> {
  const date = (day: BusinessDay) => new Date(`${day}T00:00:00Z`)
  const id = (i: number) => BigInt(i + 1)
  await db.prisma.store.createMany({ data: STORES.map((store) => ({ ...store, name: '店' })) })
  await db.prisma.employee.createMany({
    data: GUIDES.map((userid, i) => ({
      id: id(i),
      userid,
      useridKey: userid.toLowerCase(),
      name: userid,
      active: i !== 2,
    })),
  })
  const group = await db.prisma.tagGroup.create({ data: { name: '组', dimension: 'behaviour' } })
  await db.prisma.tag.createMany({
    data: TAGS.map((tag) => ({ id: BigInt(tag), groupId: group.id, name: tag })),
  })
  await db.prisma.customer.createMany({
    data: people.map((one, i) => ({
      id: id(i),
      memberNo: one.isMember ? `M${i}` : null,
      externalUserid: `wm${i}`,
      gender: one.gender,
      consent: one.consent,
      storeNo: one.storeNo,
      source: one.source,
      birthdayMd: one.birthday?.md ?? null,
      birthdayLunar: one.birthday?.lunar ?? false,
      // the first minute of the day in China
      joinedAt: one.joinedDay === null ? null : new Date(`${one.joinedDay}T00:00:30+08:00`),
    })),
  })
  const of = people.map((one, i) => ({ ...one, customerId: id(i) }))
  await db.prisma.customerTier.createMany({
    data: of.flatMap(({ customerId, tier }) => (tier === null ? [] : [{ customerId, tier }])),
  })
  await db.prisma.customerClass.createMany({
    data: of.map(({ customerId, rfm, five, stage, pAlive, expected90 }) => ({
      customerId,
      rfm,
      five,
      pAlive,
      expected90,
      asOf: date(DAY),
      stage: stage ?? 'prospect',
    })),
  })
  await db.prisma.customerStats.createMany({
    data: of.flatMap((one) =>
      one.lastPurchaseDay === null
        ? []
        : [
            {
              customerId: one.customerId,
              lastPurchaseDay: date(one.lastPurchaseDay),
              spend365Fen: BigInt(one.spend365Fen),
              orders365: one.orders365,
              purchaseDays365: one.purchaseDays365,
              cycleDays: one.cycleDays,
              asOf: date(DAY),
            },
          ],
    ),
  })
  await db.prisma.customerTag.createMany({
    data: of.flatMap(({ customerId, tags }) =>
      tags.map((tag) => ({
        customerId,
        tagId: BigInt(tag.id),
        origin: 'guide' as const,
        addedAt: date(ago(90)),
        expiresAt: tag.expired ? NOW : new Date(NOW.getTime() + 1),
        removedAt: tag.removed ? date(ago(1)) : null,
      })),
    ),
  })
  await db.prisma.relation.createMany({
    data: of.flatMap(({ customerId, relations }) =>
      relations.map(({ guide, ended, half }) => ({
        customerId,
        half,
        employeeId: id(guide),
        addedAt: date(ago(90)),
        endedAt: ended ? date(ago(1)) : null,
      })),
    ),
  })
  const lots = of.flatMap(({ customerId, lots: own }) => own.map((lot) => ({ ...lot, customerId })))
  await db.prisma.pointsEntry.createMany({
    data: lots.map(({ customerId, remaining }, i) => ({
      id: id(i),
      entryNo: `P${i}`,
      memberNo: 'M',
      customerId,
      kind: 'earn' as const,
      points: remaining,
      occurredAt: date(ago(90)),
    })),
  })
  await db.prisma.pointsLot.createMany({
    data: lots.map(({ customerId, remaining, available, expires }, i) => ({
      entryId: id(i),
      customerId,
      points: remaining,
      remaining,
      availableOn: date(available),
      expiresOn: date(expires),
    })),
  })
  await db.prisma.coupon.createMany({
    data: of.flatMap(({ customerId, coupons }) =>
      coupons.map((coupon, n) => ({
        couponNo: `C${customerId}-${n}`,
        memberNo: 'M',
        customerId,
        name: '券',
        issuedAt: date(ago(90)),
        expiresAt: new Date(`${coupon.day}T15:59:59Z`),
        expiresDay: date(coupon.day),
        status: coupon.used ? ('used' as const) : ('issued' as const),
      })),
    ),
  })
}

const aRange = (values: readonly number[]) =>
  fc
    .tuple(some(values), some(values), some(['min', 'max', 'both'] as const))
    .map(([a, b, which]) => ({
      ...(which !== 'max' && { min: Math.min(a, b) }),
      ...(which !== 'min' && { max: Math.max(a, b) }),
    }))
const aList = <T>(values: readonly T[]) =>
  fc.uniqueArray(some(values), { minLength: 1, maxLength: 3 })

const aLeaf: fc.Arbitrary<CustomerFilter> = fc.oneof(
  fc.record({ any: aList(TAGS) }).map((tags) => ({ tags })),
  fc.record({ all: aList(TAGS), none: aList(TAGS) }).map((tags) => ({ tags })),
  aList(TIERS).map((tier) => ({ tier })),
  aList(RFM_EIGHT).map((rfm) => ({ rfm })),
  aList(RFM_FIVE).map((five) => ({ five })),
  aList(STAGES).map((stage) => ({ stage })),
  aList(['S1', 'S2', 'S9']).map((store) => ({ store })),
  aList(['华东', '华北']).map((region) => ({ region })),
  aList(['门店', '小程序', '活动']).map((source) => ({ source })),
  aRange([0, 1, 500, 501]).map((points) => ({ points })),
  aList(['ann', 'BOB', 'Gone', 'nobody']).map((guide) => ({ guide })),
  aRange([0, 1, 30, 365]).map((lastPurchase) => ({ lastPurchase })),
  fc.boolean().map((neverBought) => ({ neverBought })),
  aRange([0, 1, 100_000]).map((spend365) => ({ spend365 })),
  aRange([0, 1, 10]).map((orders365) => ({ orders365 })),
  aRange([0, 1, 10]).map((purchaseDays365) => ({ purchaseDays365 })),
  aRange([0, 10_000, 33_333, 50_000, 100_000]).map((averageOrder) => ({ averageOrder })),
  aRange([1, 14.5, 30]).map((cycleDays) => ({ cycleDays })),
  aRange([0, 1, 2, 25]).map((overdue) => ({ overdue })),
  aRange([0, 0.25, 0.5, 1]).map((pAlive) => ({ pAlive })),
  aRange([0, 0.5, 3]).map((expected90) => ({ expected90 })),
  aRange([0, 1, 7, 30]).map((joined) => ({ joined })),
  some([0, 1, 40, 60]).map((withinDays) => ({ birthday: { withinDays } })),
  some([1, 2, 11, 12]).map((month) => ({ birthday: { month } })),
  aList(['male', 'female', 'unknown'] as const).map((gender) => ({ gender })),
  aList(CONSENTS).map((consent) => ({ consent })),
  some([0, 7]).map((expiresWithinDays) => ({ coupon: { expiresWithinDays } })),
  fc.boolean().map((member) => ({ member })),
  fc.boolean().map((reachable) => ({ reachable })),
)

/** Any filter over the small chain. */
export const aFilter: fc.Arbitrary<CustomerFilter> = fc.letrec<{ filter: CustomerFilter }>(
  (tie) => ({
    filter: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      aLeaf,
      fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((and) => ({ and })),
      fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((or) => ({ or })),
      tie('filter').map((not) => ({ not })),
    ),
  }),
).filter
