/** A sentence with the names of its fields: '生日前 {stepDays} 天' → words and names in turn. */
export function partsOf(sentence: string): { text: string; name: string | null }[] {
  return sentence
    .split(/(\{\w+\})/)
    .filter((text) => text !== '')
    .map((text) => ({ text, name: /^\{(\w+)\}$/.exec(text)?.[1] ?? null }))
}
