import { XMLParser, XMLValidator } from 'fast-xml-parser'

/** The XML can't be read, or lacks a field its event must have. Reading it again changes nothing. */
export class UnreadableCallback extends Error {
  override name = 'UnreadableCallback'
}

/** What was chosen in a card's selection (template_card_event). */
interface SelectedItem {
  questionKey: string
  optionIds: string[]
}

/** One decrypted callback: the fields this program uses; ids are text, also the 64-bit ones. */
export interface CallbackEvent {
  /**
   * what it is dispatched by: `change_external_contact/add_external_contact`, `click`, or for messages
   * `message/text`
   */
  name: string
  /** userid of the member, or `sys` */
  from: string
  /** WeCom's time of the event, whole seconds */
  createdAt: Date
  userId?: string
  externalUserId?: string
  state?: string
  welcomeCode?: string
  source?: string
  failReason?: string
  /** of change_external_tag: a tag's or a group's id, by tagType */
  id?: string
  tagType?: string
  eventKey?: string
  taskId?: string
  cardType?: string
  responseCode?: string
  selectedItems: SelectedItem[]
  content?: string
  msgId?: string
  effectTime?: string
}

type TextField = {
  [K in keyof CallbackEvent]-?: CallbackEvent[K] extends string | undefined ? K : never
}[keyof CallbackEvent]

const FIELDS = {
  userId: 'UserID',
  externalUserId: 'ExternalUserID',
  state: 'State',
  welcomeCode: 'WelcomeCode',
  source: 'Source',
  failReason: 'FailReason',
  id: 'Id',
  tagType: 'TagType',
  eventKey: 'EventKey',
  taskId: 'TaskId',
  cardType: 'CardType',
  responseCode: 'ResponseCode',
  content: 'Content',
  msgId: 'MsgId',
  effectTime: 'EffectTime',
} as const

/** Elements that repeat: one of them must not collapse to a scalar (wecom-protocol 1.6). */
const LISTS = new Set(['Item', 'SelectedItem', 'OptionId'])

/**
 * Characters. WeCom's longest event is a text message of 2 048 bytes; the door takes a megabyte. A parser that is given
 * hundreds of kilobytes of brackets keeps every other job waiting.
 */
const LONGEST = 64 * 1024

/**
 * Bytes of every field but a message's text. WeCom's longest is an EventKey of 1 024; userids have 64. A longer one is
 * nobody's id: it fits neither a URL nor an index, so each try to work it off would fail anew.
 */
const LONGEST_FIELD = 1024

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  processEntities: false,
  isArray: (name) => LISTS.has(name),
})

/**
 * Reads the decrypted XML of a callback (wecom-protocol 1.6–1.8): strict about form, indifferent to
 * elements it does not know.
 *
 * @throws UnreadableCallback when it or a field is longer than any, is not one well-formed `<xml>` element, carries a
 *   DOCTYPE, or has no MsgType, FromUserName or CreateTime
 */
export function parseCallback(xml: string): CallbackEvent {
  const root = readRoot(xml)
  const type = need(root, 'MsgType')
  const event: CallbackEvent = {
    name: type === 'event' ? eventName(root) : `message/${type}`,
    from: bounded(need(root, 'FromUserName'), 'FromUserName'),
    createdAt: readTime(need(root, 'CreateTime')),
    selectedItems: readSelectedItems(root),
  }
  for (const [field, element] of Object.entries(FIELDS)) {
    const text = leaf(root, element)
    if (text === undefined || text === '') continue
    event[field as keyof typeof FIELDS] = field === 'content' ? text : bounded(text, element)
  }
  return event
}

/**
 * A field that this event can't do without.
 * @throws UnreadableCallback naming the element
 */
export function required(event: CallbackEvent, field: keyof typeof FIELDS & TextField): string {
  const value = event[field]
  if (value === undefined) throw new UnreadableCallback(`${event.name} without ${FIELDS[field]}`)
  return value
}

function readRoot(xml: string): Record<string, unknown> {
  if (xml.length > LONGEST) throw new UnreadableCallback('longer than any event')
  if (/<!(?!--)/.test(withoutCdata(xml))) throw new UnreadableCallback('a DOCTYPE is refused')
  const valid = XMLValidator.validate(xml)
  if (valid !== true) throw new UnreadableCallback(`not well-formed XML: ${valid.err.code}`)
  let document: unknown
  try {
    document = parser.parse(xml)
  } catch {
    throw new UnreadableCallback('not well-formed XML')
  }
  if (!isRecord(document) || Object.keys(document).length !== 1 || !isRecord(document['xml']))
    throw new UnreadableCallback('the root element must be <xml> with children')
  return document['xml']
}

/** A member may write anything into a text message: only what is outside CDATA is markup. Linear in the length. */
function withoutCdata(xml: string): string {
  let markup = ''
  for (let at = 0; ;) {
    const open = xml.indexOf('<![CDATA[', at)
    const close = open < 0 ? -1 : xml.indexOf(']]>', open)
    if (close < 0) return markup + xml.slice(at)
    markup += xml.slice(at, open)
    at = close + ']]>'.length
  }
}

function eventName(root: Record<string, unknown>): string {
  const change = leaf(root, 'ChangeType')
  return change ? `${need(root, 'Event')}/${change}` : need(root, 'Event')
}

function readTime(seconds: string): Date {
  if (!/^\d{1,11}$/.test(seconds)) throw new UnreadableCallback('CreateTime is not seconds')
  return new Date(Number(seconds) * 1000)
}

function readSelectedItems(root: Record<string, unknown>): SelectedItem[] {
  const holder = root['SelectedItems']
  const items =
    isRecord(holder) && Array.isArray(holder['SelectedItem']) ? holder['SelectedItem'] : []
  return items.filter(isRecord).map((item) => {
    const options = isRecord(item['OptionIds']) ? item['OptionIds']['OptionId'] : []
    return {
      questionKey: leaf(item, 'QuestionKey') ?? '',
      optionIds: Array.isArray(options) ? options.filter((id) => typeof id === 'string') : [],
    }
  })
}

function leaf(node: Record<string, unknown>, name: string): string | undefined {
  const value = node[name]
  return typeof value === 'string' ? value : undefined
}

function need(node: Record<string, unknown>, name: string): string {
  const value = leaf(node, name)
  if (!value) throw new UnreadableCallback(`no ${name}`)
  return value
}

function bounded(text: string, element: string): string {
  if (Buffer.byteLength(text) > LONGEST_FIELD) {
    throw new UnreadableCallback(`${element} is longer than any`)
  }
  return text
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
