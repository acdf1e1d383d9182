import type { EventFields } from '../options.ts'

/** `<xml>` of a callback's inside: numbers bare, texts as CDATA, lists repeated, objects nested. */
export function toXml(fields: EventFields): string {
  return `<xml>${elements(fields)}</xml>`
}

function elements(fields: EventFields): string {
  return Object.entries(fields)
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((v) => element(name, v)),
    )
    .join('')
}

/** Whether a value can be written so: names of XML, and texts, numbers, objects or lists of them. */
export function isEventFields(value: unknown): value is EventFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(value).every(
    ([name, inner]) =>
      XML_NAME.test(name) && (Array.isArray(inner) ? inner : [inner]).every(isElement),
  )
}

function isElement(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || isEventFields(value)
}

const XML_NAME = /^[A-Za-z_][\w.-]*$/

function element(name: string, value: string | number | EventFields): string {
  if (!XML_NAME.test(name)) throw new Error(`not an XML name: ${name}`)
  if (typeof value === 'number') return `<${name}>${value}</${name}>`
  if (typeof value === 'string') return `<${name}>${cdata(value)}</${name}>`
  return `<${name}>${elements(value)}</${name}>`
}

/** A CDATA section; `]]>` inside is split over two. */
export function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}
