import pg from 'pg'
import type { Database, Prisma } from '../prisma/db.ts'

/** milliseconds that a report may take; everything else has less (server/deps.ts) */
const REPORT_MS = 30_000
/** what a report may sort and join in memory at a time; PostgreSQL's own 4 MB sends a chain's customers to disk */
const REPORT_MEMORY = '64MB'

/**
 * Runs a composed statement on the pool: the same rows as Prisma's $queryRaw at a third of its cost
 * (docs/performance.md). With a name the statement is planned once a connection; then its text must not vary.
 */
export async function rows<Row extends object>(
  db: Database,
  statement: Prisma.Sql,
  name?: string,
): Promise<Row[]> {
  // not pool.query, which throws its connection away with every statement that fails: where many run out of time,
  // everybody else would wait for new ones
  const client = await db.pool.connect()
  let broken = false
  try {
    const found = await client.query<Row>({
      text: statement.text,
      values: statement.values,
      ...(name === undefined ? {} : { name }),
    })
    return found.rows
  } catch (error) {
    broken = !(error instanceof pg.DatabaseError && error.severity === 'ERROR')
    throw error
  } finally {
    client.release(broken)
  }
}

/** The same for a manager's report, which may take longer than a page: up to 30 seconds. */
export async function reportRows<Row extends object>(
  db: Database,
  statement: Prisma.Sql,
): Promise<Row[]> {
  const client = await db.pool.connect()
  let broken = false
  try {
    await client.query(
      `begin read only; set local statement_timeout = ${REPORT_MS}; set local work_mem = '${REPORT_MEMORY}'`,
    )
    const found = await client.query<Row>({ text: statement.text, values: statement.values })
    await client.query('commit')
    return found.rows
  } catch (error) {
    await client.query('rollback').catch(() => (broken = true))
    throw error
  } finally {
    client.release(broken)
  }
}
