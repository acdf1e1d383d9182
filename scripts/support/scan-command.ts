import { parseArgs } from 'node:util'
import type { BotDeps } from '../../bot/deps.ts'
import { loadRules } from '../../bot/rules/load-rules.ts'
import { isRuleKind } from '../../bot/rules/registry.ts'
import { runScan } from '../../bot/tasks/scan.ts'
import { businessDay, isBusinessDay } from '../../domain/business-day.ts'
import { RULE_KINDS, type RuleKind } from '../../domain/words.ts'
import { botDepsOf } from './bot-deps.ts'
import { scanText } from './scan-text.ts'
import type { Terminal } from './terminal.ts'

const HELP = `npm run scan -- [--date YYYY-MM-DD] [--kind KIND] [--dry-run] [--json]

Finds who deserves a word on a day and makes the tasks and cards. Scanning a day twice makes nothing twice.

  --date D    as of this day; default: today in the business time zone
  --kind K    one rule only: ${RULE_KINDS.join(', ')}
  --dry-run   writes nothing, prints what would be made, held back and why
  --json      one JSON document on standard output; logs go to standard error. npm prints a banner of
              its own before it: npm run -s scan -- --json gives the document alone

Exit code: 0 done, 2 it can't be done as asked.`

interface ScanArguments {
  help: boolean
  date: string | undefined
  kinds: RuleKind[] | undefined
  dryRun: boolean
  json: boolean
}

/** It can't be done as asked; the sentence says why. */
class Refused extends Error {
  override name = 'Refused'
}

/**
 * The command `npm run scan`.
 *
 * @param args what was typed behind it
 * @returns the exit code
 */
export async function scanCommand(args: string[], terminal: Terminal): Promise<number> {
  try {
    const asked = readArguments(args)
    if (asked.help) terminal.out(HELP)
    else await scan(asked, terminal)
    return 0
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    terminal.err(error.message)
    return 2
  }
}

async function scan(asked: ScanArguments, terminal: Terminal): Promise<void> {
  const script = await terminal.open({ need: 'database' })
  try {
    const deps = botDepsOf(script)
    await refuseOff(deps, asked.kinds)
    const { date, created, heldBack, existing } = await runScan(deps, {
      day: asked.date ?? businessDay(script.clock.now(), script.config.zone),
      ...(asked.kinds && { kinds: asked.kinds }),
      dryRun: asked.dryRun,
      collect: true,
    })
    const report = { date, created, heldBack, existing }
    terminal.out(asked.json ? JSON.stringify(report, null, 2) : scanText(report, asked.dryRun))
  } finally {
    await script.close()
  }
}

/** Nothing found and nothing looked for must not read the same. */
async function refuseOff(deps: BotDeps, kinds: RuleKind[] | undefined): Promise<void> {
  if (kinds === undefined || (await loadRules(deps.db.prisma, kinds)).length > 0) return
  throw new Refused(
    `--kind ${kinds.join(', ')}: this rule is off; a newer version in table rule turns it on`,
  )
}

function readArguments(args: string[]): ScanArguments {
  const { date, kind, ...flags } = parse(args)
  if (date !== undefined && !isBusinessDay(date)) {
    throw new Refused(`--date ${date}: write a day that exists, such as 2026-11-22`)
  }
  if (kind !== undefined && !isRuleKind(kind)) {
    throw new Refused(`--kind ${kind}: write one of ${RULE_KINDS.join(', ')}`)
  }
  return {
    help: flags.help ?? false,
    date,
    kinds: kind === undefined ? undefined : [kind],
    dryRun: flags['dry-run'] ?? false,
    json: flags.json ?? false,
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        help: { type: 'boolean', short: 'h' },
        date: { type: 'string' },
        kind: { type: 'string' },
        'dry-run': { type: 'boolean' },
        json: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    throw new Refused(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
  }
}
