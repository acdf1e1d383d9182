import type { Component } from 'vue'
import type { IconName } from '../../components/icons.ts'
import type { ConsoleMessages } from '../../i18n/console/zh-CN.ts'

/** The console's pages, in the order of its rail; each is fetched when it is opened. Its name is in the catalogue. */
export interface ConsolePlace {
  /** below /console */
  path: string
  name: keyof ConsoleMessages['places']
  icon: IconName
  /** headquarters alone: what it changes holds for the whole chain */
  hqOnly?: boolean
  load: () => Promise<{ default: Component }>
}

export const CONSOLE_PLACES: readonly ConsolePlace[] = [
  { path: '/', name: 'overview', icon: 'chart', load: () => import('./Overview/OverviewPage.vue') },
  {
    path: '/assignments/:id?',
    name: 'assignments',
    icon: 'clipboard',
    load: () => import('./Assignments/AssignmentsPlace.vue'),
  },
  {
    path: '/customers/:id?',
    name: 'customers',
    icon: 'person',
    load: () => import('./Customers/CustomersPlace.vue'),
  },
  {
    path: '/handover/:id?',
    name: 'handovers',
    icon: 'handover',
    load: () => import('./Handovers/HandoversPlace.vue'),
  },
  { path: '/rules', name: 'rules', icon: 'repeat', load: () => import('./Rules/RulesPage.vue') },
  { path: '/words', name: 'words', icon: 'chat', load: () => import('./Words/WordsPage.vue') },
  { path: '/tiers', name: 'tiers', icon: 'crown', load: () => import('./Tiers/TiersPage.vue') },
  {
    path: '/points',
    name: 'points',
    icon: 'star',
    hqOnly: true,
    load: () => import('./Points/PointsPage.vue'),
  },
  { path: '/tags', name: 'tags', icon: 'tag', load: () => import('./Tags/TagsPage.vue') },
  {
    path: '/reports',
    name: 'reports',
    icon: 'table',
    load: () => import('./Reports/ReportsPage.vue'),
  },
  {
    path: '/settings/:tab?',
    name: 'settings',
    icon: 'shield',
    hqOnly: true,
    load: () => import('./Settings/SettingsPage.vue'),
  },
]
