/**
 * One way to write a mobile number, so that equal numbers have equal blind indexes however they were
 * typed: in the chain's systems, or by a guide in a WeCom remark.
 *
 * @returns mainland numbers as 11 digits, others as `+` and digits; null when it is no phone number
 * @example normaliseMobile('+86 138-0000-0001') // '13800000001'
 * @example normaliseMobile('+852 5123 4567') // '+85251234567'
 */
export function normaliseMobile(text: string): string | null {
  const plain = text.normalize('NFKC').replace(/[\s().\-‐-―]/g, '')
  const mainland = /^(?:\+86|0086|86)?(1[3-9]\d{9})$/.exec(plain)?.[1]
  if (mainland) return mainland
  const abroad = /^(?:\+|00)([1-9]\d{6,14})$/.exec(plain)?.[1]
  if (abroad) return `+${abroad}`
  return /^\d{7,15}$/.test(plain) ? plain : null
}
