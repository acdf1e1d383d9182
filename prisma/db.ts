import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { Prisma, PrismaClient } from './generated/client.ts'

export { Prisma }
export type { PrismaClient }

/** What a statement can run on: the client, or the transaction it is part of. */
export type Db = PrismaClient | Prisma.TransactionClient

const KEPT_PLAN = '/* kept plan */'
/** up to so many customers or rows a statement looks for them by keys, whoever they are */
const FEW = 16

/**
 * Begins the text of a statement whose plan each connection keeps, as planning it takes as long as running it: one that
 * runs all day, finds its rows by keys, and whose text is one of few.
 *
 * @param rows how many customers or rows it is asked about: for many it is planned by their number
 */
export function keptPlan(rows = 1): Prisma.Sql {
  return rows <= FEW ? Prisma.raw(KEPT_PLAN) : Prisma.empty
}

const names = new Map<string, string>()

/** @returns the name under which connections keep a plan; '' for none */
function nameOfKept(sql: string): string {
  if (!sql.startsWith(KEPT_PLAN)) return ''
  const known = names.get(sql)
  if (known !== undefined) return known
  const name = `kept_${names.size + 1}`
  names.set(sql, name)
  return name
}

/** The open database: Prisma for rows, the pool it shares for the callback's hot path. */
export interface Database {
  prisma: PrismaClient
  pool: pg.Pool
  url: string
  close: () => Promise<void>
}

/**
 * Opens the database, the one place that does. No connection is made before the first statement.
 *
 * @param url a PostgreSQL connection URL
 * @param options.connections most connections this process holds; default 10
 * @param options.statementMs the database gives a statement up after so long, and a transaction that idles after
 *   twice that; default never
 */
export function openDatabase(
  url: string,
  options: { connections?: number; statementMs?: number } = {},
): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections ?? 10,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // a server that compiles statements (JIT, on by default with Debian's) takes seconds over each long one of ours
    options: '-c jit=off',
    ...(options.statementMs !== undefined && {
      statement_timeout: options.statementMs,
      idle_in_transaction_session_timeout: options.statementMs * 2,
    }),
  })
  // a connection that breaks while idle is replaced by the pool; without a listener it would end the process
  pool.on('error', () => undefined)
  // and so is one that breaks while it is lent out, between two statements of a transaction
  pool.on('connect', (client) => client.on('error', () => undefined))
  const adapter = new PrismaPg(pool, { statementNameGenerator: ({ sql }) => nameOfKept(sql) })
  const prisma = new PrismaClient({ adapter })
  return {
    prisma,
    pool,
    url,
    close: async () => {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}
