import type { Wecom } from '../../bot/wecom/client.ts'
import { WecomError } from '../../bot/wecom/error-table.ts'
import { explainErrcode } from '../../bot/wecom/error-words.ts'
import type { Lang } from '../../domain/words.ts'
import type { Database } from '../../prisma/db.ts'
import type { Config } from '../config.ts'

/** A sentence in both languages. */
export type Said = Record<Lang, string>

/** What the checks of a set-up work with. */
export interface CheckDeps {
  config: Config
  db: Database
  wecom: Wecom
}

/** How a check of the set-up came out. */
export interface CheckResult {
  ok: boolean
  found: Said
  /** what to do, where it failed for a known reason */
  remedy?: Said
}

/** One thing that a set-up needs. */
export interface Check {
  /** at most 18 characters in English: the doctor's column */
  title: Said
  /** what it is for */
  about: Said
  /** what it asks needs our database too: WeCom's tokens are kept in it */
  needsDatabase?: boolean
  /** answers what was found; throws Problem, or anything else for an unexpected failure */
  run: (deps: CheckDeps) => Promise<Said>
}

export const said = (chinese: string, english: string): Said => ({
  'zh-CN': chinese,
  en: english,
})

/** A check that failed for a known reason, with what to do about it. */
export class Problem extends Error {
  readonly found: Said
  readonly remedy: Said
  constructor(found: Said, remedy: Said) {
    super(found.en)
    this.found = found
    this.remedy = remedy
  }
}

/** Runs a check. Never rejects: what fails is told with what to do, never with a secret. */
export async function runCheck(check: Check, deps: CheckDeps): Promise<CheckResult> {
  try {
    return { ok: true, found: await check.run(deps) }
  } catch (error) {
    return { ok: false, ...explain(error) }
  }
}

function explain(error: unknown): { found: Said; remedy?: Said } {
  if (error instanceof Problem) return { found: error.found, remedy: error.remedy }
  if (error instanceof WecomError && error.why !== undefined) {
    return {
      found: said(
        `企业微信没有回应 ${error.path}（${error.why}）`,
        `no answer from WeCom to ${error.path} (${error.why})`,
      ),
      remedy: said(
        '检查 WECOM_API_URL，并确认这台服务器能访问外网的 https。',
        'Check WECOM_API_URL and that this machine may open https connections to it.',
      ),
    }
  }
  if (error instanceof WecomError) {
    const { errcode, path } = error
    const words = { 'zh-CN': explainErrcode(errcode, 'zh-CN'), en: explainErrcode(errcode, 'en') }
    return {
      found: said(
        `企业微信对 ${path} 回了 ${errcode}：${words['zh-CN'].says}`,
        `WeCom answered ${errcode} to ${path}: ${words.en.says}`,
      ),
      remedy: said(words['zh-CN'].remedy, words.en.remedy),
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { found: said(message, message) }
}
