import { ref, watch } from './vue.js'
import { shownName } from './people.js'

/** One line about what just arrived: compares the chat list with what it was. */
export function createActivity(session) {
  const line = ref('')
  let before = null

  watch(
    () => session.state.data,
    (data) => {
      const next = data === null ? null : unreadOf(session.conversations.value)
      if (before !== null && next !== null) {
        const news = whatIsNew(before, next, session.conversations.value)
        if (news !== '') line.value = news
      }
      before = next
    },
  )
  return {
    line,
    clear: () => {
      line.value = ''
    },
  }
}

function unreadOf(conversations) {
  return new Map(
    conversations.map((one) => [one.with, { unread: one.unread ?? 0, lastAt: one.lastAt }]),
  )
}

/** `导购助手 发来 3 条` · `王丽 发来 2 条` · `王丽 成为你的客户`; '' when nothing came. */
export function whatIsNew(before, next, conversations) {
  const news = []
  for (const one of conversations) {
    const was = before.get(one.with)
    const came = next.get(one.with).unread - (was?.unread ?? 0)
    if (was === undefined && one.with !== 'app') news.push(`${shownName(one)} 成为你的客户`)
    else if (came > 0) news.push(`${shownName(one)} 发来 ${came} 条`)
    else if (one.with === 'app' && one.lastAt !== was?.lastAt) news.push('导购助手 有新消息')
  }
  return news.length > 3 ? `${news.slice(0, 3).join(' · ')} 等` : news.join(' · ')
}
