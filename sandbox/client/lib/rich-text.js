/**
 * Splits the text of an app message into plain pieces and links. WeCom knows only `<a href>` in
 * text messages; everything else is shown as written.
 * `textParts('看 <a href="https://a.cn">这里</a>')` → `[{ text: '看 ' }, { text: '这里', href: 'https://a.cn' }]`
 */
export function textParts(content) {
  const parts = []
  const link = /<a\s+[^>]*href\s*=\s*["']([^"']*)["'][^>]*>([\s\S]*?)<\/a>/giu
  let from = 0
  for (const found of content.matchAll(link)) {
    if (found.index > from) parts.push({ text: content.slice(from, found.index) })
    parts.push(isWebAddress(found[1]) ? { text: found[2], href: found[1] } : { text: found[2] })
    from = found.index + found[0].length
  }
  if (from < content.length) parts.push({ text: content.slice(from) })
  return parts
}

/** The words of a markdown or html-ish text without their marks. */
export function plainText(content) {
  return content
    .replaceAll(/<[^>]+>/gu, '')
    .replaceAll(/^[#>\s]+|\*\*/gmu, '')
    .replaceAll('&nbsp;', ' ')
}

export function isWebAddress(address) {
  return /^https?:\/\//iu.test(address)
}
