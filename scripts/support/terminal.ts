import { openForScript, type OpenScript } from './open.ts'

/** What a command meets: where it writes, and the database when it needs one. Tests bring their own. */
export interface Terminal {
  out: (text: string) => void
  err: (text: string) => void
  open: (options: { need: 'data' | 'database' }) => Promise<OpenScript>
}

/** The person's own terminal. */
export const terminal: Terminal = {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  open: openForScript,
}
