import { expectedIfAlive, fitBgNbd, type BgNbd } from '../../domain/bg-nbd.ts'
import type { BusinessDay } from '../../domain/business-day.ts'
import { Prisma, type Db } from '../../prisma/db.ts'

/** The chain's BG/NBD, by what it was fitted. */
export interface FittedModel extends BgNbd {
  logLikelihood: number
  /** as of which day */
  fittedOn: BusinessDay
  /** how many customers had bought then */
  customers: number
}

/** days for which purchases are expected */
const AHEAD_DAYS = 90
/** more customers than these have their days counted in weeks: a fit of theirs differs in the third digit */
const FINE_FIT = 50_000
/** a model holds for so many days: a chain's habits move slower */
const HOLDS_DAYS = 7
/** and as long as no more customers have bought than so many times those it was fitted to: a history was imported since */
const MOST_GROWTH = 1.05

/** The model in force on a day: the last night's, or one fitted anew. Null where too few came again. */
export async function modelInForce(tx: Db, day: BusinessDay): Promise<FittedModel | null> {
  const [last] = await tx.$queryRaw<{ model: FittedModel }[]>(Prisma.sql`
    select model from (
      select model from class_run where day <= ${day}::date order by day desc limit 1
    ) last
    where (model ->> 'fittedOn')::date > ${day}::date - ${HOLDS_DAYS}::int
      and (select count(*) from customer_stats where purchase_days > 0)
        between 1 and ${MOST_GROWTH}::float8 * (model ->> 'customers')::int`)
  return last?.model ?? (await fitModel(tx, day))
}

/** purchase days after the first, days from the first to the last, days since the first */
export const history = (day: BusinessDay) => Prisma.sql`
  s.purchase_days - 1 as repeats, s.last_purchase_day - s.first_purchase_day as recency,
  greatest(${day}::date, s.last_purchase_day) - s.first_purchase_day as age`

/** Fits BG/NBD to the chain's own purchase days as of a day: null where too few came again. */
export async function fitModel(tx: Db, day: BusinessDay): Promise<FittedModel | null> {
  const counts = await tx.$queryRaw<
    { repeats: number; recency: number; age: number; customers: number }[]
  >(Prisma.sql`
    with size as (
      select case when count(*) > ${FINE_FIT} then 7 else 1 end as step
      from customer_stats where purchase_days > 0
    ), known as (
      select ${history(day)}, size.step from customer_stats s cross join size where s.purchase_days > 0
    )
    select repeats, (recency + step / 2) / step * step as recency, (age + step / 2) / step * step as age,
      count(*)::int as customers
    from known group by 1, 2, 3 order by 1, 2, 3`)
  const fitted = fitBgNbd(counts)
  const customers = counts.reduce((sum, one) => sum + one.customers, 0)
  return fitted && { ...fitted, fittedOn: day, customers }
}

/** What expectedIfAlive says of every (repeats, age) there is: a few thousand of a million customers. */
export async function expectations(
  tx: Db,
  day: BusinessDay,
  model: BgNbd | null,
): Promise<{ repeats: number[]; age: number[]; expected: number[] }> {
  if (!model) return { repeats: [], age: [], expected: [] }
  const pairs = await tx.$queryRaw<{ repeats: number; age: number }[]>(Prisma.sql`
    select distinct repeats, age from (
      select ${history(day)} from customer_stats s where s.purchase_days > 0) known`)
  return {
    repeats: pairs.map(({ repeats }) => repeats),
    age: pairs.map(({ age }) => age),
    expected: pairs.map((pair) => expectedIfAlive(model, pair, AHEAD_DAYS)),
  }
}
