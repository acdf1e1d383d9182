import type { TaskBucket } from '../../words.ts'

/** The words of 我的任务 alone, apart so that the chat page needn't load them. */
export const zhCNDesk = {
  title: '我的任务',
  progress: '今天完成',
  empty: {
    today: { title: '今天的都处理完了', text: '去店里走走，或者翻翻「接下来」。' },
    upcoming: { title: '后面暂时没有安排', text: '新的机会出现时，早上 9 点会告诉你。' },
    overdue: { title: '没有逾期的，漂亮', text: '每一位客户都被及时照顾到了。' },
    done: { title: '还没有完成的任务', text: '完成第一件，它就会出现在这里。' },
  } as Record<TaskBucket, { title: string; text: string }>,
  waiting: (n: number) => `还有 ${n} 位排队中`,
  waitingTitle: '排队中的客户',
  waitingText: '为了不打扰客户，下面这些先等一等，到时候会自动变成任务。',
  waitingFrom: (day: string) => `最早 ${day}`,
  waitingNone: '没有在排队的客户',
  pull: '下拉刷新',
  release: '松手刷新',
  gone: '这个任务找不到了',
  goneText: '它可能已经结束，或不是你的任务。',
  profile: '看资料',
  closed: '这件事已经结束',
}

export type DeskMessages = typeof zhCNDesk
