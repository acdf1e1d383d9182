import { parseArgs } from 'node:util'
import { createApiKey, listApiKeys, revokeApiKey } from '../../bot/members/api-keys.ts'
import type { OpenScript } from './open.ts'
import { orRefusal, Refused } from './refusal.ts'
import type { Terminal } from './terminal.ts'

const HELP = `npm run keys -- create NAME    makes a key of the open API; it is shown once, alone on the last line
npm run keys -- list           names, when made, last used, revoked
npm run keys -- revoke NAME    ends a key at once

Exit code: 0 done, 2 it can't be done as asked.`

/**
 * The command `npm run keys`.
 *
 * @param args what was typed behind it
 * @returns the exit code
 */
export async function keysCommand(args: string[], terminal: Terminal): Promise<number> {
  return await orRefusal(terminal, async () => {
    const { command, name, help } = readArguments(args)
    if (help) terminal.out(HELP)
    else await run(command, name, terminal)
  })
}

function readArguments(args: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' } },
    })
    const [command, ...name] = positionals
    return { command, name: name.join(' '), help: values.help ?? false }
  } catch {
    throw new Refused(HELP)
  }
}

async function run(command: string | undefined, name: string, terminal: Terminal): Promise<void> {
  const isNamed = command === 'create' || command === 'revoke'
  const isComplete = isNamed ? name !== '' : command === 'list' && name === ''
  if (!isComplete) throw new Refused(HELP)
  const script = await terminal.open({ need: 'database' })
  try {
    if (command === 'create') await create(script, name, terminal)
    else if (command === 'revoke') await revoke(script, name, terminal)
    else await list(script, terminal)
  } finally {
    await script.close()
  }
}

async function create({ db, clock }: OpenScript, name: string, terminal: Terminal): Promise<void> {
  const made = await createApiKey(db.prisma, name, clock.now())
  if (!made.ok) {
    throw new Refused(
      made.why === 'name_taken'
        ? `There is, or was, a key ${name}: take another name.`
        : 'The name can have 1 to 64 letters, digits, spaces, dots, dashes and underscores, a letter or digit first.',
    )
  }
  terminal.out(`Key ${name}: send it as  Authorization: Bearer <key>. It is not shown again.`)
  terminal.out(made.key)
}

async function list({ db }: OpenScript, terminal: Terminal): Promise<void> {
  const keys = await listApiKeys(db.prisma)
  if (keys.length === 0) return terminal.out('There is no key yet: npm run keys -- create NAME')
  const rows = keys.map((key) => [
    key.name,
    when(key.createdAt),
    when(key.lastUsedAt),
    key.revokedAt ? when(key.revokedAt) : 'no',
  ])
  for (const row of table(['name', 'made', 'last used', 'revoked'], rows)) terminal.out(row)
}

async function revoke({ db, clock }: OpenScript, name: string, terminal: Terminal): Promise<void> {
  const revoked = await revokeApiKey(db.prisma, name, clock.now())
  if (!revoked) throw new Refused(`There is no live key ${name}: npm run keys -- list`)
  terminal.out(`Key ${name} opens nothing any more.`)
}

function table(head: string[], rows: string[][]): string[] {
  const widths = head.map((title, n) =>
    Math.max(title.length, ...rows.map((r) => r[n]?.length ?? 0)),
  )
  return [head, ...rows].map((row) =>
    row
      .map((cell, n) => cell.padEnd(widths[n] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function when(moment: Date | null): string {
  return moment ? moment.toISOString() : 'never'
}
