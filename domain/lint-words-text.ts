import { SITUATIONS, WORDS_KINDS, type WordsKind } from './words-situations.ts'
import { placeholdersOf, plainTextOf } from './words-template.ts'
import { isVariable, VARIABLES, variableOf, type WordsVariable } from './words-variables.ts'
import { wordsError, wordsWarning, type WordsFinding } from './words-finding.ts'

/** bytes of UTF-8 that WeCom takes as text of a message to a customer (wecom-protocol 3.6) */
export const MOST_BYTES = 4000
/** characters that are still read as a personal word */
const LONG = 200
/** superlatives and promises that the advertising law or the shop can't stand by */
const PROMISES = [
  '最低价',
  '全网最低',
  '史上最',
  '国家级',
  '最高级',
  '最佳',
  '第一品牌',
  '绝对',
  '百分百',
  '100%',
  '稳赚',
  '永久',
]

/** What is wrong or odd about one text: braces, variables, length, promises. `fits` are the variables of its situation. */
export function lintText(
  text: string,
  path: string,
  kind: WordsKind,
  fits: readonly WordsVariable[],
): WordsFinding[] {
  if (text.trim() === '')
    return [wordsError('empty', path, '这一段还没有写。', 'It is empty: write a few words.')]
  const findings: WordsFinding[] = [
    ...(/[{}]/.test(plainTextOf(text))
      ? [
          wordsError(
            'brace',
            path,
            '有单独的「{」或「}」：变量要写成 {称呼} 这样。',
            'A brace stands alone: write variables as {称呼}.',
          ),
        ]
      : []),
    ...placeholdersOf(text).flatMap((one) => lintVariable(one, path, kind, fits)),
  ]
  const bytes = longestBytes(text)
  if (bytes > MOST_BYTES) {
    findings.push(
      wordsError(
        'too_long',
        path,
        `填好变量后可能有 ${bytes} 字节，企业微信最多 ${MOST_BYTES} 字节：请写短一些。`,
        `Filled in it may have ${bytes} bytes; WeCom takes ${MOST_BYTES}: write less.`,
      ),
    )
  } else if (text.length > LONG) {
    findings.push(
      wordsWarning(
        'long',
        path,
        `超过 ${LONG} 个字，读起来像广告：短一点更亲切。`,
        `More than ${LONG} characters read like an advertisement.`,
      ),
    )
  }
  const promise = PROMISES.find((word) => text.includes(word))
  if (promise) {
    findings.push(
      wordsWarning(
        'promise',
        path,
        `「${promise}」是广告法不允许、或门店难以兑现的说法：建议换一句。`,
        `“${promise}” is a promise that the law or the shop may not stand by.`,
      ),
    )
  }
  return findings
}

function lintVariable(
  { name, fallback }: { name: string; fallback: string | null },
  path: string,
  kind: WordsKind,
  fits: readonly WordsVariable[],
): WordsFinding[] {
  if (!isVariable(name)) {
    const near = nearest(name, fits)
    const known = fits.map((one) => `{${one}}`).join(' ')
    return [
      wordsError(
        'unknown_variable',
        path,
        `没有变量 {${name}}${near ? `，是不是 {${near}}` : ''}？可以用：${known || '（这里没有变量）'}。`,
        `There is no variable {${name}}${near ? `; did you mean {${near}}` : ''}? Use: ${known || 'none here'}.`,
      ),
    ]
  }
  if (!fits.includes(name)) {
    const elsewhere = WORDS_KINDS.filter(
      (other) =>
        other !== kind && SITUATIONS[other].some(({ variables }) => variables.includes(name)),
    )
    const known = fits.map((one) => `{${one}}`).join(' ')
    return [
      wordsError(
        'variable_elsewhere',
        path,
        `{${name}} 在这里用不了${elsewhere.length > 0 ? '，它属于别的话术' : ''}；可以用：${known || '（这里没有变量）'}。`,
        `{${name}} belongs to other words. Use: ${known || 'none here'}.`,
      ),
    ]
  }
  if (variableOf(name).sometimes && fallback === null) {
    return [
      wordsError(
        'no_fallback',
        path,
        `不是每位客户都有「${name}」：请写上没有时说什么，比如 {${name}|喜欢的}。`,
        `Not everybody has {${name}}: say what stands there then, as in {${name}|喜欢的}.`,
      ),
    ]
  }
  return []
}

/** Bytes of the words when every value is as long as it may be, or what stands for it, whichever is longer. */
function longestBytes(text: string): number {
  const values = placeholdersOf(text).map(({ name, fallback }) => {
    const longest = isVariable(name) ? VARIABLES[name].longest * 3 : 0
    return Math.max(longest, bytesOf(fallback ?? ''))
  })
  return bytesOf(plainTextOf(text)) + values.reduce((sum, bytes) => sum + bytes, 0)
}

/** Bytes in UTF-8. */
function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}

/** The variable whose name has most characters of a mistyped one; null where none has any. */
function nearest(name: string, fits: readonly WordsVariable[]): WordsVariable | null {
  const shared = (one: string) => Array.from(one).filter((letter) => name.includes(letter)).length
  const [best] = fits
    .map((one) => ({ one, score: shared(one) / Math.max(one.length, name.length) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
  return best?.one ?? null
}
