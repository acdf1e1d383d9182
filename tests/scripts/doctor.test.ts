import { describe, expect, it } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { TEST_ENVIRONMENT } from '../support/test-app.ts'
import { runProcess } from './run-command.ts'

// nothing answers there
const AWAY = {
  ...TEST_ENVIRONMENT,
  WECOM_API_URL: 'http://127.0.0.1:9',
  PUBLIC_URL: 'http://127.0.0.1:9',
}

describe('npm run doctor', () => {
  it('says what is to be done about a database that does not answer, and looks at the rest', async () => {
    const { code, out, err } = await runProcess(
      'doctor',
      [],
      'postgresql://u:hush@127.0.0.1:9/none',
      AWAY,
    )

    expect(code).toBe(1)
    expect(err).toBe('')
    expect(out).toMatch(
      /✗ database +the database can't be reached \(ECONNREFUSED\)\n +→ Start PostgreSQL/,
    )
    expect(out).toMatch(/[✓✗] clock/)
    expect(out).not.toContain('token')
    expect(out).not.toContain('hush')
  })

  it('writes no schema into a database that has none, and says how to', async () => {
    const made = await createTestDatabase()
    await made.database.pool.query('drop schema public cascade; create schema public')

    const { code, out } = await runProcess('doctor', [], made.url, AWAY)
    const { rows } = await made.database.pool.query(
      `select 1 from information_schema.tables where table_schema = 'public'`,
    )
    await made.drop()

    expect(code).toBe(1)
    expect(out).toMatch(/✗ database +\d+ migrations are not applied\n +→ Run npm run migrate/)
    expect(rows).toEqual([])
  })
})
