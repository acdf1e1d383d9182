import type { Random } from '../../../prisma/seed/random.ts'

/** Events and messages that have a handler, and some that have none. */
const KINDS: readonly (readonly [type: string, event?: string, change?: string])[] = [
  ['event', 'change_external_contact', 'add_external_contact'],
  ['event', 'change_external_contact', 'add_half_external_contact'],
  ['event', 'change_external_contact', 'edit_external_contact'],
  ['event', 'change_external_contact', 'del_external_contact'],
  ['event', 'change_external_contact', 'del_follow_user'],
  ['event', 'change_external_contact', 'transfer_fail'],
  ['event', 'change_external_tag', 'create'],
  ['event', 'change_external_tag', 'update'],
  ['event', 'change_external_tag', 'delete'],
  ['event', 'change_external_tag', 'shuffle'],
  ['event', 'template_card_event'],
  ['event', 'template_card_menu_event'],
  ['event', 'enter_agent'],
  ['event', 'click'],
  ['event', 'subscribe'],
  ['event', 'unsubscribe'],
  ['event', 'low_active_alert'],
  ['event', 'never_heard_of', 'x'],
  ['event', `${'a'.repeat(99)}😀`],
  ['text'],
  ['image'],
  ['constructor'],
]

const FIELDS = [
  'UserID',
  'ExternalUserID',
  'State',
  'WelcomeCode',
  'Source',
  'FailReason',
  'Id',
  'TagType',
  'EventKey',
  'TaskId',
  'CardType',
  'ResponseCode',
  'Content',
  'MsgId',
  'EffectTime',
] as const

/** Values a program trips over, as they stand inside CDATA or bare. */
const VALUES = [
  '',
  ' ',
  '0',
  '-1',
  '1e9',
  '99999999999',
  '9'.repeat(30),
  'NaN',
  '__proto__',
  'constructor',
  "'; drop table inbox; --",
  '%',
  '\\',
  '😀'.repeat(60),
  `${'a'.repeat(99)}😀`,
  'a\u0000b',
  '\ufffd\ufffe\uffff',
  '\u202e\u200b\u0007',
  '../../etc/passwd',
  '${jndi:ldap://x}',
  '&lt;&#0;&#xd800;&amp;',
  '<b>x</b>',
  'x'.repeat(5000),
  'task:1',
  'task:99999999999999999999',
  'done:1',
  'tag_group',
  'zhangsan',
  'wmone',
] as const

const element = (random: Random, name: string, value: string): string =>
  random.chance(0.7) ? `<${name}><![CDATA[${value}]]></${name}>` : `<${name}>${value}</${name}>`

/** A callback of a known form with strange values; some fields doubled, some missing. */
function strangeValues(random: Random): string {
  const [type, event, change] = random.pick(KINDS)
  const parts = [
    element(random, 'ToUserName', 'ww1'),
    random.chance(0.95) ? element(random, 'FromUserName', random.pick([...VALUES, 'sys'])) : '',
    random.chance(0.9)
      ? `<CreateTime>${random.chance(0.8) ? '1403610513' : random.pick(VALUES)}</CreateTime>`
      : '',
    element(random, 'MsgType', type),
    event === undefined ? '' : element(random, 'Event', event),
    change === undefined ? '' : element(random, 'ChangeType', change),
    ...FIELDS.filter(() => random.chance(0.5)).map((name) =>
      element(random, name, random.pick(VALUES)).repeat(random.chance(0.05) ? 2 : 1),
    ),
  ]
  if (random.chance(0.2)) {
    const options = element(random, 'OptionId', random.pick(VALUES)).repeat(random.between(0, 3))
    parts.push(
      `<SelectedItems><SelectedItem>${element(random, 'QuestionKey', random.pick(VALUES))}<OptionIds>${options}</OptionIds></SelectedItem></SelectedItems>`,
    )
  }
  return `<xml>${parts.join('')}</xml>`
}

/** A callback whose form is broken somewhere. */
function strangeForm(random: Random): string {
  const xml = strangeValues(random)
  const at = random.between(0, xml.length)
  const other = random.between(0, xml.length)
  return random.pick([
    xml.slice(0, at),
    xml.slice(at),
    xml.slice(0, at) + random.pick(VALUES) + xml.slice(at),
    xml.slice(0, Math.min(at, other)) + xml.slice(Math.max(at, other)),
    xml + xml,
    `\ufeff${xml}`,
    `<!DOCTYPE x [<!ENTITY a "b">]>${xml}`,
    `<?xml version="1.0"?><!-- ${'-'.repeat(9)} -->${xml}`,
    xml.replace('<xml>', '<xml a="b" __proto__="c">'),
    xml.replaceAll('xml>', 'XML>'),
    xml.replace('<MsgType>', '<MsgType><MsgType>'),
    `<xml><xml>${xml}</xml></xml>`,
    xml.replaceAll('UserID', '__proto__'),
    xml.replaceAll('UserID', 'constructor'),
    '',
    'null',
    '{}',
  ])
}

const times = (text: string, length: number): string => text.repeat(Math.ceil(length / text.length))

/** As large as a callback may be, each in a way that hurts some parser. */
const LARGE: readonly ((length: number) => string)[] = [
  (length) => `<xml><Content><![CDATA[${'x'.repeat(length)}]]></Content></xml>`,
  (length) => `<xml>${times('<a>', length)}</xml>`,
  (length) => `<xml>${'<a>'.repeat(length / 7)}${'</a>'.repeat(length / 7)}</xml>`,
  (length) => `<xml>${times('<![CDATA[', length)}</xml>`,
  (length) => `<xml>${times('<![CDATA[]]>', length)}</xml>`,
  (length) => `<xml>${times('<!--', length)}</xml>`,
  (length) => `<xml>${times('<!---->', length)}</xml>`,
  (length) => `<xml>${times('<?', length)}</xml>`,
  (length) => `<xml>${times('<?a b="c"?>', length)}</xml>`,
  (length) => `<xml><a ${times('b="c" ', length)}/></xml>`,
  (length) => `<xml><a ${' '.repeat(length)}</xml>`,
  (length) => `<xml>${'&'.repeat(length)}</xml>`,
  (length) => `<xml>${times('&amp;', length)}</xml>`,
  (length) => `<xml>${' '.repeat(length)}</xml>`,
  (length) => `<xml>${times('<Item/>', length)}</xml>`,
  (length) => `<xml><${'a'.repeat(length)}/></xml>`,
  (length) => `<!DOCTYPE x [${times('<!ENTITY a "b">', length)}]><xml/>`,
  (length) => `<!DOCTYPE ${'['.repeat(length)}`,
  (length) => '<'.repeat(length),
  (length) => '\ud83d\ude00'.repeat(length / 4),
]

/** One plaintext as a right key could bring it: a callback with strange values, broken in form, or huge. */
export function strangeXml(random: Random): string {
  const kind = random.next()
  if (kind < 0.0008) return random.pick(LARGE)(780_000)
  return kind < 0.5 ? strangeForm(random) : strangeValues(random)
}

/** Every huge form once. */
export const largestXml = (): string[] => LARGE.map((make) => make(780_000))
