import type { Component } from 'vue'
import type { IconName } from '../../components/icons.ts'

/** The console's pages, in the order of its rail; each is fetched when it is opened. Its name is in the catalogue. */
export interface ConsolePlace {
  /** below /console */
  path: string
  name: 'overview' | 'assignments'
  icon: IconName
  /** headquarters alone: what it changes holds for the whole chain */
  hqOnly?: boolean
  load: () => Promise<{ default: Component }>
}

export const CONSOLE_PLACES: readonly ConsolePlace[] = [
  { path: '/', name: 'overview', icon: 'chart', load: () => import('./ResultsSection.vue') },
  {
    path: '/assignments/:id?',
    name: 'assignments',
    icon: 'clipboard',
    load: () => import('./Assignments/AssignmentsPlace.vue'),
  },
]
