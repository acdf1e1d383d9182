import { Prisma } from '../../../prisma/db.ts'

/** One region's stores, or one store; empty: those that have none. Absent: all. */
export interface PlaceFilter {
  region?: string
  store?: string
}

/** Condition on an employee `e` and their store `st`. */
export function inPlace({ region, store }: PlaceFilter): Prisma.Sql {
  return Prisma.sql`(${region === undefined ? Prisma.sql`true` : Prisma.sql`coalesce(st.region, '') = ${region}`}
    and ${store === undefined ? Prisma.sql`true` : Prisma.sql`coalesce(e.store_no, '') = ${store}`})`
}
