import type { DeskMessages } from './zh-CN.ts'

/** The words of 我的任务 alone, apart so that the chat page needn't load them. */
export const enDesk: DeskMessages = {
  title: 'My tasks',
  progress: 'Done today',
  empty: {
    today: { title: 'All done for today', text: 'Look around the store, or at what comes next.' },
    upcoming: {
      title: 'Nothing planned',
      text: 'New chances are announced at nine in the morning.',
    },
    overdue: {
      title: 'Nothing overdue, lovely',
      text: 'Every customer was looked after in time.',
    },
    done: { title: 'Nothing finished yet', text: 'Finish the first one and it shows here.' },
  },
  waiting: (n) => `${n} more waiting`,
  waitingTitle: 'Waiting customers',
  waitingText: 'So as not to disturb, these wait a little and become tasks by themselves.',
  waitingFrom: (day) => `from ${day}`,
  waitingNone: 'Nobody is waiting',
  pull: 'Pull to refresh',
  release: 'Release to refresh',
  gone: 'This task isn’t here',
  goneText: 'It may be closed, or not be yours.',
  profile: 'Profile',
  closed: 'This one is closed',
}
