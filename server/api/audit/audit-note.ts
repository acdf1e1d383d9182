import type { Lang } from '../../../domain/words.ts'

/**
 * What of an entry's detail is told beside it: a version, an old and a new name, a number. Only these plain parts, so
 * that nothing else that was kept (a search, numbers of a rule) leaves the server.
 */
export function auditNote(detail: unknown, lang: Lang): string | null {
  if (typeof detail !== 'object' || detail === null) return null
  const { version, name, before, after, count, url, evenIfUnsure } = detail as Record<
    string,
    unknown
  >
  const isEnglish = lang === 'en'
  const parts = [
    typeof version === 'number' && (isEnglish ? `version ${version}` : `第 ${version} 版`),
    typeof name === 'string' && name,
    typeof url === 'string' && url,
    typeof before === 'string' && typeof after === 'string' && `${before} → ${after}`,
    typeof count === 'number' && (isEnglish ? `${count} rows` : `${count} 条`),
    evenIfUnsure === true && (isEnglish ? 'even if already sent' : '含可能已送达的'),
  ].filter((part) => part !== false)
  return parts.length === 0 ? null : parts.join(' · ')
}
