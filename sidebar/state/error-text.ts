import { ApiError } from '../api.ts'
import type { Messages } from '../i18n/index.ts'

/** What to tell people about a failure: the server's own sentence, or ours where no server spoke. */
export function errorText(error: unknown, m: Messages): string {
  if (!(error instanceof ApiError)) return m.error.UNREADABLE
  if (error.code === 'OFFLINE') return m.error.OFFLINE
  if (error.code === 'TIMED_OUT') return m.error.TIMED_OUT
  return error.message || m.error.UNREADABLE
}
