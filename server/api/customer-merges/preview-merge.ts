import { counts } from '../../../bot/rules/counted-order.ts'
import { loadTiers } from '../../../bot/rules/load-tiers.ts'
import { MERGE_FIELD_NAMES, type MergeField } from '../../../bot/members/merge-fields.ts'
import { businessDay, type BusinessDay } from '../../../domain/business-day.ts'
import { heldTier } from '../../../domain/tier.ts'
import { tierName, tierRank, type TierTable } from '../../../domain/tier-table.ts'
import type { ConsentLevel, Lang, Tier } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { CustomerNotFound } from '../../errors.ts'
import { rows } from '../../rows.ts'
import { birthdayText } from '../customers/birthday-text.ts'
import { earnedOf } from '../customers/profile-row.ts'
import { maskMobile } from '../customers/profile-view.ts'
import { referrals } from '../tasks/task-row.ts'
import { readSides } from './read-sides.ts'
import type { MergePair, MergePreview } from './schema.ts'

interface SideRow {
  id: string
  name: string | null
  gender: 'male' | 'female' | null
  birthYear: number | null
  birthdayMd: number | null
  birthdayLunar: boolean
  mobileEnc: Buffer | null
  store: string | null
  guide: string | null
  source: string | null
  referrer: string | null
  consent: ConsentLevel
  consentAt: Date | null
  tier: Tier | null
  orders: number
  spend365Fen: number
  orders365: number
  referrals: number
  points365: number
  coupons: number
  relations: number
  tasks: number
  /** purchase days of both within the window, each once */
  purchaseDays365: number
  lastPurchaseDay: BusinessDay | null
}

/**
 * What a merge by hand would make of two customers; writes nothing.
 *
 * @throws CUSTOMER_NOT_FOUND
 */
export async function previewMerge(
  deps: AppDeps,
  pair: MergePair,
  lang: Lang,
): Promise<MergePreview> {
  const today = businessDay(deps.clock.now(), deps.zone)
  const [found, sides, { table }] = await Promise.all([
    rows<SideRow>(deps.db, sideStatement(pair, today, deps.zone)),
    readSides(deps, [pair.from, pair.into], lang),
    loadTiers(deps.db.prisma),
  ])
  const from = found.find(({ id }) => id === pair.from)
  const into = found.find(({ id }) => id === pair.into)
  const fromLine = sides.get(pair.from)
  const intoLine = sides.get(pair.into)
  if (!from || !into || !fromLine || !intoLine) throw new CustomerNotFound()
  const sum = (of: (row: SideRow) => number) => of(from) + of(into)
  const { tier } = heldTier(
    table,
    higher(table, from.tier, into.tier),
    {
      spend365Fen: sum((row) => row.spend365Fen),
      orders365: sum((row) => row.orders365),
      purchaseDays365: into.purchaseDays365,
      referrals: sum((row) => row.referrals),
      points365: sum((row) => row.points365),
      lastPurchaseDay:
        [from.lastPurchaseDay, into.lastPurchaseDay]
          .filter((day) => day !== null)
          .toSorted()
          .at(-1) ?? null,
    },
    today,
  )
  const held = table.tiers.find(({ code }) => code === tier)
  return {
    from: fromLine,
    into: intoLine,
    conflicts: conflictsOf(deps, from, into, lang),
    together: {
      orders: sum((row) => row.orders),
      spend365Fen: sum((row) => row.spend365Fen),
      points: fromLine.points + intoLine.points,
      coupons: sum((row) => row.coupons),
      relations: sum((row) => row.relations),
      tasks: sum((row) => row.tasks),
    },
    tier: { code: tier, name: tierName(table, tier, lang), colour: held?.colour ?? '' },
    consent: consentOf(from, into),
  }
}

function higher(table: TierTable, a: Tier | null, b: Tier | null): Tier | null {
  if (a === null || b === null) return a ?? b
  return tierRank(table, a) > tierRank(table, b) ? a : b
}

/** “No more” holds; else the newest of what they said, else the kept one's. */
function consentOf(from: SideRow, into: SideRow): ConsentLevel {
  if (from.consent === 'none' || into.consent === 'none') return 'none'
  const at = (row: SideRow) => row.consentAt?.getTime() ?? 0
  return at(from) > at(into) ? from.consent : into.consent
}

function conflictsOf(
  deps: AppDeps,
  from: SideRow,
  into: SideRow,
  lang: Lang,
): MergePreview['conflicts'] {
  const gender = { female: { 'zh-CN': '女', en: 'Female' }, male: { 'zh-CN': '男', en: 'Male' } }
  const mobile = (row: SideRow) => row.mobileEnc && deps.cipher.decrypt(row.mobileEnc)
  /** what is compared, and what of it is shown */
  const says: Record<MergeField, (row: SideRow) => [string, string] | null> = {
    name: ({ name }) => plain(name),
    gender: (row) => row.gender && [row.gender, gender[row.gender][lang]],
    birthday: ({ birthYear, birthdayMd, birthdayLunar }) =>
      birthdayMd === null
        ? null
        : [`${birthYear} ${birthdayMd} ${birthdayLunar}`, birthdayText(null, birthdayMd) ?? ''],
    mobile: (row) => {
      const text = mobile(row)
      return text === null ? null : [text, maskMobile(text)]
    },
    store: ({ store }) => plain(store),
    guide: ({ guide }) => plain(guide),
    source: ({ source }) => plain(source),
    referrer: ({ referrer }) => plain(referrer),
  }
  return MERGE_FIELD_NAMES.flatMap((field) => {
    const [theirs, own] = [says[field](from), says[field](into)]
    return theirs && own && theirs[0] !== own[0] ? [{ field, from: theirs[1], into: own[1] }] : []
  })
}

const plain = (text: string | null): [string, string] | null =>
  text === null ? null : [text, text]

function sideStatement({ from, into }: MergePair, today: BusinessDay, zone: string): Prisma.Sql {
  const both = Prisma.sql`any(${[from, into]}::bigint[])`
  const count = (table: string, also: Prisma.Sql = Prisma.empty) =>
    Prisma.sql`(select count(*)::int from ${Prisma.raw(table)} x where x.customer_id = c.id ${also})`
  return Prisma.sql`
    select c.id::text as id, c.name, c.gender::text as gender, c.birth_year as "birthYear",
      c.birthday_md as "birthdayMd", c.birthday_lunar as "birthdayLunar", c.mobile_enc as "mobileEnc",
      coalesce(st.name, c.store_no) as store, coalesce(e.name, c.guide_userid) as guide, c.source,
      c.referrer_member_no as referrer, c.consent::text as consent,
      (select max(x.at) from consent x where x.customer_id = c.id) as "consentAt", tier.tier,
      ${count('orders')} as orders, coalesce(s.spend_365_fen, 0)::float8 as "spend365Fen",
      coalesce(s.orders_365, 0) as "orders365", ${referrals} as referrals, earned.now as "points365",
      ${count('coupon', Prisma.sql`and x.status = 'issued' and x.expires_day >= ${today}::date`)} as coupons,
      ${count('relation', Prisma.sql`and x.ended_at is null`)} as relations,
      ${count('task', Prisma.sql`and x.state in ('open', 'in_progress')`)} as tasks,
      (select count(distinct o.paid_day)::int from orders o where o.customer_id = ${both} and ${counts('o')}
        and o.paid_day > ${today}::date - 365 and o.paid_day <= ${today}::date) as "purchaseDays365",
      s.last_purchase_day::text as "lastPurchaseDay"
    from customer c left join customer_stats s on s.customer_id = c.id
    left join customer_tier tier on tier.customer_id = c.id
    left join store st on st.store_no = c.store_no
    left join employee e on e.userid_key = lower(c.guide_userid)
    cross join lateral (${earnedOf(today, zone)}) earned
    where c.id = ${both}`
}
