/**
 * The path, query and fragment of `to` when it stays with us; undefined for every other address, also for the tricks
 * browsers fall for (`//host`, `/\host`, `/.//host`, control characters).
 */
export function ownPath(to: string): string | undefined {
  // oxlint-disable-next-line no-control-regex -- browsers drop control characters from addresses
  if (!/^\/(?![/\\])/.test(to) || /[\u0000-\u001f\\]/.test(to)) return undefined
  const base = 'http://ours.invalid'
  if (!URL.canParse(to, base)) return undefined
  const url = new URL(to, base)
  // `/.//host` is a path here and, its dots resolved, an address to the browser
  if (url.origin !== base || url.pathname.startsWith('//')) return undefined
  return `${url.pathname}${url.search}${url.hash}`
}
