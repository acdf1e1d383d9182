import { cpus, totalmem } from 'node:os'

/** One measured figure and what it should be. */
export interface Figure {
  /** what was measured, as a person would say it */
  name: string
  value: number
  /** '×', 'ms', 'KB', 'rows', '%' …; empty for a plain count */
  unit: string
  goal?: Goal
  /** what it is compared to, or what to know when reading it */
  note?: string
}

export type Goal = { atLeast: number } | { atMost: number }

/** Whether the figure reaches its goal; one without a goal is only told. */
export function isMet({ value, goal }: Figure): boolean {
  if (goal === undefined) return true
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost
}

/** A count of what must not happen. */
export function none(name: string, value: number): Figure {
  return { name, value, unit: '', goal: { atMost: 0 } }
}

/** As `none`, of what was found: its first few are told. */
export function noneOf(name: string, found: readonly string[]): Figure {
  const few = [...new Set(found)].slice(0, 3).join(' | ').slice(0, 300)
  return { ...none(name, found.length), ...(few === '' ? {} : { note: few }) }
}

/** One figure in words: whether it holds, what it is, what was measured, what it should be. */
export function figureRow(figure: Figure): {
  mark: '✓' | '✗' | ''
  name: string
  value: string
  goal: string
  note: string
} {
  const { name, value, unit, goal, note = '' } = figure
  const mark = goal === undefined ? '' : isMet(figure) ? '✓' : '✗'
  return { mark, name, value: `${plain(value)} ${unit}`.trim(), goal: goalText(figure), note }
}

/** The figures as an aligned table, one line each. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { mark, name, value, goal, note } = figureRow(figure)
    return [mark || ' ', name, value, goal, note]
  })
  const widths = [0, 1, 2, 3].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function goalText({ goal, unit }: Figure): string {
  if (goal === undefined) return ''
  return 'atLeast' in goal
    ? `≥ ${plain(goal.atLeast)} ${unit}`.trim()
    : `≤ ${plain(goal.atMost)} ${unit}`.trim()
}

/** Three digits that count, thousands in groups. */
function plain(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1000)
    return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}

/** The machine the figures are of. */
export function machine(): string {
  const cores = cpus()
  const memory = Math.round(totalmem() / 1024 ** 3)
  return `${cores.length} cores (${cores[0]?.model.trim() ?? 'unknown'}), ${memory} GiB, Node ${process.versions.node}, ${process.platform}`
}

/** The middle of the values; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 50)
}

/**
 * The value below which `percent` of the values lie, interpolated between neighbours.
 *
 * @returns NaN of no values
 */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) return Number.NaN
  const sorted = values.toSorted((a, b) => a - b)
  const at = ((sorted.length - 1) * percent) / 100
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? Number.NaN
  return below + (above - below) * (at - Math.floor(at))
}
