import { stringify } from 'csv-stringify/sync'
import { isoInZone } from '../../../domain/business-day.ts'
import type { Lang } from '../../../domain/words.ts'
import type { AppDeps } from '../../deps.ts'
import type { SignedIn } from '../../session.ts'
import { auditLines, type AuditFilter } from './find-audit.ts'

/** lines read at a time */
const CHUNK = 2_000

const HEADS: Record<Lang, string[]> = {
  'zh-CN': ['时间', '谁', '账号', '做了什么', '对象', '对象名称', '说明'],
  en: ['Time', 'Who', 'Userid', 'What', 'About', 'Its name', 'Note'],
}

/**
 * The log as CSV text in pieces, newest first: read a page at a time, however long it is. That it was taken out is in
 * the log before anything leaves. The last line says how many came, so that one which was cut off is noticed.
 *
 * @throws BAD_INPUT about the filter, before anything is written
 */
export async function auditCsv(
  deps: AppDeps,
  user: SignedIn,
  filter: AuditFilter,
  lang: Lang,
): Promise<AsyncGenerator<string>> {
  await auditLines(deps, filter, { after: undefined, limit: 1, lang })
  await deps.db.prisma.auditLog.create({
    data: {
      at: deps.clock.now(),
      actor: user.userid,
      action: 'audit.exported',
      subject: 'audit',
      detail: { filter },
    },
  })
  return pieces(deps, filter, lang)
}

async function* pieces(deps: AppDeps, filter: AuditFilter, lang: Lang): AsyncGenerator<string> {
  yield stringify([HEADS[lang]], { bom: true })
  let count = 0
  let after: { at: string; id: string } | undefined
  for (;;) {
    const lines = await auditLines(deps, filter, { after, limit: CHUNK, lang })
    after = lines.at(-1)
    if (!after) break
    // a name that starts like a formula must not run as one in a spreadsheet
    yield stringify(
      lines.map((line) => [
        isoInZone(new Date(line.at), deps.zone),
        line.actorName ?? '',
        line.actor,
        line.actionText,
        line.subject,
        line.subjectName ?? '',
        line.note ?? '',
      ]),
      { escape_formulas: true },
    )
    count += lines.length
  }
  yield stringify([[lang === 'en' ? `End: ${count} lines` : `完，共 ${count} 条`]])
}
