import { QueryClient } from '@tanstack/vue-query'
import { ApiError } from '../api.ts'

/** Names of what vue-query keeps. */
export const keys = {
  me: ['me'] as const,
  customer: (by: 'id' | 'external', value: string) => ['customer', by, value] as const,
  customers: ['customer'] as const,
  why: (id: string) => ['why', id] as const,
  timeline: (id: string, types: string) => ['timeline', id, types] as const,
  timelines: (id: string) => ['timeline', id] as const,
  tags: ['tags'] as const,
  tasks: (filter: object) => ['tasks', filter] as const,
  allTasks: ['tasks'] as const,
  task: (id: string) => ['task', id] as const,
  waiting: ['waiting'] as const,
}

/** Answers are fresh for ten seconds and asked for again every twenty; only failures that may pass are tried once more. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // what happens elsewhere (an order, a colleague, the clock) shows while the page is looked at
        refetchInterval: 20_000,
        networkMode: 'always',
        retry: (count, error) =>
          count < 1 && error instanceof ApiError && error.passing && error.status !== 401,
        retryDelay: 600,
      },
    },
  })
}
