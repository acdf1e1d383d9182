import { kindLabel } from '../../bot/rules/registry.ts'
import type { ScanResult } from '../../bot/tasks/scan-report.ts'

/** Lines of each list that a terminal shows; --json has all of them. */
const MOST_LINES = 40

/** What a scan did, for people. */
export function scanText(result: Omit<ScanResult, 'counts'>, dryRun: boolean): string {
  const { created, heldBack } = result
  const made = created.map(
    (task) =>
      `  ${task.guideUserid.padEnd(16)} ${kindLabel(task.kind, 'zh-CN')} · ${task.memberNo ?? '—'}: ${task.reason}`,
  )
  const held = countBy(heldBack.map(({ kind, why, until }) => `${why} ${kind} ${until ?? '—'}`))
  return [
    `${result.date}${dryRun ? ' (dry run, nothing is written)' : ''}`,
    `${created.length} ${dryRun ? 'would be made' : 'made'}, ${heldBack.length} held back, ${result.existing} were there already`,
    ...shorten(made),
    ...(held.length > 0 ? ['Held back (why, kind, until):', ...shorten(held)] : []),
  ].join('\n')
}

function shorten(lines: string[]): string[] {
  const rest = lines.length - MOST_LINES
  return rest > 0 ? [...lines.slice(0, MOST_LINES), `  … and ${rest} more (--json)`] : lines
}

function countBy(keys: string[]): string[] {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return [...counts].map(([key, n]) => `  ${String(n).padStart(6)}  ${key}`)
}
