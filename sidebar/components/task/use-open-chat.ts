import type { TaskView } from '../../../server/api/tasks/schema.ts'
import { useMessages } from '../../i18n/index.ts'
import { useApi } from '../../session.ts'
import { useToaster } from '../../state/toaster.ts'
import { HostError, useChatHost } from '../../wecom/chat-host.ts'

/** Goes to the chat with a task's customer, and tells the server that the guide has begun with it. */
export function useOpenChat(): (task: TaskView) => Promise<void> {
  const host = useChatHost()
  const api = useApi()
  const m = useMessages()
  const toaster = useToaster()

  return async function openChat(task) {
    const { externalUserId } = task.customer
    if (!externalUserId) {
      toaster.show(m.desk.notFriend, { tone: 'bad' })
      return
    }
    if (!host.inWecom) {
      toaster.show(m.desk.openInWecom, { tone: 'bad' })
      return
    }
    // opening the chat must not wait for this, nor fail with it: it only marks the beginning
    if (task.state === 'open') void api.startTask(task.id).catch(() => undefined)
    try {
      await host.openChat(externalUserId)
    } catch (error) {
      if (error instanceof HostError && error.code === 'cancelled') return
      toaster.show(m.desk.openChatFailed, { tone: 'bad' })
    }
  }
}
