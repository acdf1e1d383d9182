/** Variables that a manager's words may have, as they are written between braces. */
export const WORDS_VARIABLES = ['称呼', '导购', '门店', '等级'] as const
export type WordsVariable = (typeof WORDS_VARIABLES)[number]

const BRACES = /\{([^{}]*)\}/g

/**
 * Names between braces that are no variable, each once, in the order they stand in.
 * @example unknownVariables('{称呼}，{生日}快乐') // ['生日']
 */
export function unknownVariables(template: string): string[] {
  const named = [...template.matchAll(BRACES)].map(([, name = '']) => name)
  return [...new Set(named)].filter((name) => !isVariable(name))
}

/**
 * The words with every variable filled in, in one pass: a value that looks like a variable stays as it is.
 * @example fillWords('{称呼}，您好', { 称呼: '张女士', … }) // '张女士，您好'
 */
export function fillWords(template: string, values: Record<WordsVariable, string>): string {
  return template.replace(BRACES, (whole, name: string) =>
    isVariable(name) ? values[name] : whole,
  )
}

function isVariable(name: string): name is WordsVariable {
  return WORDS_VARIABLES.some((known) => known === name)
}
