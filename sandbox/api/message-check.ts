import type { World } from '../core/world.ts'
import { ApiError, invalid, missing } from './api-error.ts'
import { checkCard, checkUrl } from './card-check.ts'
import { charsOf, needObject, needText, objectsOf, textOf, type Fields } from './params.ts'

/** What a checked message shows in the chat. */
export interface MessageContent {
  msgtype: string
  text?: string
  card?: Fields
  raw: Fields
}

/** Checks `{ msgtype, [msgtype]: {...} }` of message/send by the table of wecom-protocol 3.1. */
export function checkMessage(body: Fields): MessageContent {
  const msgtype = needText(body, 'msgtype')
  const check = MESSAGE_TYPES[msgtype]
  if (!check) throw new ApiError(40008, 'invalid message type')
  const content = needObject(body, msgtype)
  return { msgtype, raw: content, ...check(content, body) }
}

/** The first `max` bytes of a text, never half a character. */
function cutToBytes(text: string, max: number): string {
  let bytes = 0
  let cut = ''
  for (const char of text) {
    bytes += Buffer.byteLength(char)
    if (bytes > max) return cut
    cut += char
  }
  return cut
}

type Shown = { text?: string; card?: Fields; raw?: Fields }

const media = (content: Fields): Shown => {
  needText(content, 'media_id')
  throw new ApiError(40007, 'invalid media_id')
}

const MESSAGE_TYPES: Record<string, (content: Fields, body: Fields) => Shown> = {
  // WeCom cuts a text that is too long, it does not refuse it
  text: (content) => {
    const text = cutToBytes(needText(content, 'content'), 2048)
    return { text, raw: { ...content, content: text } }
  },
  markdown: (content) => ({ text: needText(content, 'content', { bytes: 2048 }) }),
  textcard: (content) => {
    const title = needText(content, 'title', { chars: 128 })
    needText(content, 'description', { chars: 512 })
    checkUrl(content, 'url')
    textOf(content, 'btntxt', { chars: 4 })
    return { text: title }
  },
  news: (content) => {
    const articles = objectsOf(content, 'articles', 1, 8)
    if (!articles) throw missing('articles')
    for (const article of articles) {
      needText(article, 'title', { bytes: 128 })
      textOf(article, 'description', { bytes: 512 })
      textOf(article, 'pagepath', { bytes: 128 })
      if (textOf(article, 'appid') === undefined) checkUrl(article, 'url')
    }
    return { text: String(articles[0]?.['title']) }
  },
  image: media,
  voice: media,
  video: media,
  file: media,
  miniprogram_notice: (content, body) => {
    if (body['touser'] === '@all') throw invalid('touser', 'no @all for miniprogram_notice')
    needText(content, 'appid')
    const title = needText(content, 'title', { chars: 12 })
    if (charsOf(title) < 4) throw invalid('title', '4–12 characters')
    textOf(content, 'description', { chars: 12 })
    objectsOf(content, 'content_item', 0, 10)
    return { text: title }
  },
  template_card: (content) => {
    checkCard(content)
    return { card: content }
  },
}

/** The members a message goes to, and who of those named it can't reach. */
export interface Recipients {
  members: string[]
  invaliduser: string[]
  invalidparty: string[]
  invalidtag: string[]
}

/** touser | toparty | totag; 40063 when all are empty, 40058 over their caps (1000, 100, 100). */
export function recipientsOf(
  world: World,
  body: Fields,
  departmentOf: (userid: string) => number,
): Recipients {
  const users = partsOf(body, 'touser', 1000)
  const parties = partsOf(body, 'toparty', 100)
  const tags = partsOf(body, 'totag', 100)
  if (users.length + parties.length + tags.length === 0) throw missing('touser')
  const visible = Object.entries(world.state.members).filter(([, member]) => member.visible)
  const reachable = new Set(visible.map(([userid]) => userid))
  if (users.includes('@all')) {
    return { members: [...reachable], invaliduser: [], invalidparty: [], invalidtag: [] }
  }
  const named = [...new Set(users.map((userid) => userid.toLowerCase()))]
  const ofParty = (party: string) =>
    [...reachable].filter((userid) => party === '1' || String(departmentOf(userid)) === party)
  const byParty = parties.map((party) => ({ party, members: ofParty(party) }))
  const chosen = [...named.filter((id) => reachable.has(id)), ...byParty.flatMap((p) => p.members)]
  return {
    members: [...new Set(chosen)],
    invaliduser: named.filter((userid) => !reachable.has(userid)),
    invalidparty: byParty.filter((p) => p.members.length === 0).map((p) => p.party),
    invalidtag: tags,
  }
}

function partsOf(body: Fields, name: string, max: number): string[] {
  const parts = (textOf(body, name) ?? '').split('|').filter((part) => part !== '')
  if (parts.length > max) throw invalid(name, `at most ${max}`)
  return parts
}
