import { cutToFit } from '../../domain/cut-text.ts'

/**
 * A text of at most `max` bytes in UTF-8, cut with `…` and never inside a visible character.
 * @example cutBytes('生日快乐', 9) // '生日…'
 */
export function cutBytes(text: string, max: number): string {
  return cutToFit(text, (candidate) => Buffer.byteLength(candidate) <= max)
}

/**
 * A text for a field that WeCom limits to `max` 字. What a 字 is, is not said; so it keeps both readings:
 * at most `max` characters, and at most three bytes for each (wecom-protocol 3.1).
 * @example cutCharacters('张晓雯的生日', 4) // '张晓雯…'
 */
export function cutCharacters(text: string, max: number): string {
  return cutToFit(
    text,
    (candidate) => candidate.length <= max && Buffer.byteLength(candidate) <= max * 3,
  )
}
