import { Prisma } from '../../prisma/db.ts'

/**
 * Whether an order of `orders` counts: paid, and not fully refunded (a gift counts).
 *
 * @param row the name that the statement gives the order
 */
export function counts(row: string): Prisma.Sql {
  return Prisma.raw(
    `(${row}.status = 'paid' and (${row}.refunded_fen < ${row}.amount_fen or ${row}.refunded_fen = 0))`,
  )
}
