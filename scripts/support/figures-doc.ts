import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { figureRow, type Figure } from './figures.ts'

/** A report as a bench or a scenario keeps it. */
export interface KeptReport {
  name: string
  command: string
  machine: string
  /** ISO time of the run */
  at: string
  seconds: number
  figures: Figure[]
}

/** The reports kept in `folder`, by name; none when nothing was measured yet. */
export function keptReports(folder: string): KeptReport[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as KeptReport)
}

/**
 * Writes each report's table between its markers `<!-- figures NAME -->` and `<!-- end -->` of a page.
 *
 * @returns names that the page has no place for
 */
export function writeFigures(page: string, reports: readonly KeptReport[]): string[] {
  let text = readFileSync(page, 'utf8')
  const homeless: string[] = []
  for (const report of reports) {
    const begin = `<!-- figures ${report.name} -->`
    const from = text.indexOf(begin)
    const to = text.indexOf('<!-- end -->', from)
    if (from < 0 || to < 0) {
      homeless.push(report.name)
      continue
    }
    text = `${text.slice(0, from)}${begin}\n${markdown(report)}\n${text.slice(to)}`
  }
  writeFileSync(page, text)
  return homeless
}

function markdown({ command, machine, at, seconds, figures }: KeptReport): string {
  const rows = figures.map((figure) => {
    const { mark, name, value, goal, note } = figureRow(figure)
    return `| ${[mark, name, value, goal, note].map(cell).join(' | ')} |`
  })
  return [
    `\`${command}\` · ${at.slice(0, 10)} · ${seconds} s · ${machine}`,
    '',
    '| | figure | measured | goal | note |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
