const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' })

/**
 * A text cut so that it fits, `…` in place of what is left out, and no visible character broken.
 *
 * @param fits whether a text is short enough; must hold for every shorter one too
 * @example cutToFit('生日快乐', (text) => text.length <= 3) // '生日…'
 */
export function cutToFit(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text
  const parts = Array.from(graphemes.segment(text), ({ segment }) => segment)
  let kept = 0
  let tooMany = parts.length
  while (tooMany - kept > 1) {
    const middle = (kept + tooMany) >> 1
    if (fits(`${parts.slice(0, middle).join('')}…`)) kept = middle
    else tooMany = middle
  }
  const cut = `${parts.slice(0, kept).join('').trimEnd()}…`
  return fits(cut) ? cut : ''
}

/**
 * A text of at most `max` characters (UTF-16 units, the strictest count).
 * @example cutLength('张晓雯', 2) // '张…'
 */
export function cutLength(text: string, max: number): string {
  return cutToFit(text, (candidate) => candidate.length <= max)
}
