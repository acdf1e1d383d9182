/** Names and states of the person on the other side, as WeCom words them. */

/** What the list and the chat call a customer: the guide's remark, else the WeChat name. */
export function shownName(conversation) {
  if (conversation.with === 'app') return conversation.name ?? '导购助手'
  return conversation.remark || conversation.name || '微信用户'
}

const RELATION_NOTES = {
  half: { short: '待确认', long: '对方已添加你，你还没有确认，现在发不出消息。' },
  deleted_by_customer: {
    short: '已删除你',
    long: '对方已不是你的微信联系人，发出的消息会被拒收。',
  },
  deleted_by_guide: { short: '已删除', long: '你已删除这位客户。' },
}

/** Why a chat is not a normal one, or null: `{ short, long }`. */
export function relationNote(relation) {
  return RELATION_NOTES[relation] ?? null
}

/** Conversations with the app first, then the newest word first, then by name. */
export function inChatOrder(conversations, toMs) {
  const rank = (one) => (one.with === 'app' ? 0 : 1)
  const time = (one) => (one.lastAt ? toMs(one.lastAt) : 0)
  return [...conversations].sort(
    (a, b) =>
      rank(a) - rank(b) || time(b) - time(a) || shownName(a).localeCompare(shownName(b), 'zh-CN'),
  )
}

/** What a search word finds: name, remark or tag. */
export function matches(conversation, word) {
  if (word === '') return true
  const tags = (conversation.tags ?? []).map((tag) => tag.name).join(' ')
  return `${conversation.name ?? ''} ${conversation.remark ?? ''} ${tags}`.includes(word)
}
