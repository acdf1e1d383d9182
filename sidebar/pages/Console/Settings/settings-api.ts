import type { ApiKeyCreated, ApiKeyPage } from '../../../../server/api/api-keys/schema.ts'
import type { AuditPage } from '../../../../server/api/audit/schema.ts'
import type {
  FailedSend,
  FailedSendCounts,
  FailedSendPage,
  Retried,
} from '../../../../server/api/failed-sends/schema.ts'
import type { EnvironmentView } from '../../../../server/api/environment/schema.ts'
import type { DeadJob, Queues } from '../../../../server/api/queues/schema.ts'
import type { Quotas } from '../../../../server/api/quotas/schema.ts'
import type { SyncState } from '../../../../server/api/sync/schema.ts'
import type { WebhookCreated, WebhookPage } from '../../../../server/api/webhooks/schema.ts'
import type {
  CheckAnswer,
  CheckList,
  NightRuns,
} from '../../../../server/api/health-checks/schema.ts'
import { query } from '../../../api.ts'
import { useApi } from '../../../session.ts'

export type SendKind = FailedSend['kind']
export type WebhookEvent = WebhookPage['items'][number]['events'][number]

/** What of the audit log is shown; empty is all. */
export type AuditFilter = Record<'actor' | 'action' | 'subject' | 'from' | 'to', string>

/** a count over a large outbox may take its time */
const LONG_MS = 35_000

/** The calls of the settings. */
export function useSettingsApi() {
  const { call } = useApi()
  return {
    checks: () => call<CheckList>('GET', '/api/health-checks'),
    runCheck: (name: string) =>
      call<CheckAnswer>('POST', `/api/health-checks/${name}/run`, {}, LONG_MS),
    nights: () => call<NightRuns>('GET', '/api/nights'),
    failedSends: (kind: SendKind | '', cursor?: string) =>
      call<FailedSendPage>(
        'GET',
        `/api/failed-sends${query({ kind, cursor })}`,
        undefined,
        LONG_MS,
      ),
    failedCounts: () =>
      call<FailedSendCounts>('GET', '/api/failed-sends/counts', undefined, LONG_MS),
    retryOne: (id: string, evenIfUnsure: boolean) =>
      call<Retried>('POST', `/api/failed-sends/${id}/retry`, { evenIfUnsure }),
    retryKind: (kind: SendKind, evenIfUnsure: boolean) =>
      call<Retried>('POST', '/api/failed-sends/retry', { kind, evenIfUnsure }, LONG_MS),
    audit: (filter: AuditFilter, cursor?: string) =>
      call<AuditPage>('GET', `/api/audit${query({ ...filter, cursor })}`, undefined, LONG_MS),
    queues: () => call<Queues>('GET', '/api/queues', undefined, LONG_MS),
    retryJob: (id: DeadJob['id']) =>
      call<{ retried: boolean }>('POST', `/api/dead-jobs/${id}/retry`, {}),
    dropJob: (id: DeadJob['id']) => call<null>('DELETE', `/api/dead-jobs/${id}`),
    sync: () => call<SyncState>('GET', '/api/sync'),
    startSync: () => call<{ id: string }>('POST', '/api/sync', {}),
    quotas: () => call<Quotas>('GET', '/api/quotas', undefined, LONG_MS),
    environment: () => call<EnvironmentView>('GET', '/api/environment'),
    keys: () => call<ApiKeyPage>('GET', '/api/keys'),
    makeKey: (name: string) => call<ApiKeyCreated>('POST', '/api/keys', { name }),
    endKey: (name: string) => call<null>('DELETE', `/api/keys/${encodeURIComponent(name)}`),
    webhooks: () => call<WebhookPage>('GET', '/api/webhooks'),
    addWebhook: (webhook: { url: string; events: WebhookEvent[] }) =>
      call<WebhookCreated>('POST', '/api/webhooks', webhook),
    removeWebhook: (id: string) => call<null>('DELETE', `/api/webhooks/${id}`),
  }
}

/** Where the same lines are downloaded as a table. */
export function auditCsvAddress(filter: AuditFilter): string {
  return `/api/audit${query({ ...filter, format: 'csv' })}`
}

export const settingsKeys = {
  checks: ['health-checks'] as const,
  nights: ['nights'] as const,
  sends: ['failed-sends'] as const,
  sendsOf: (kind: string) => ['failed-sends', 'list', kind] as const,
  sendCounts: ['failed-sends', 'counts'] as const,
  audit: (filter: AuditFilter) => ['audit', filter] as const,
  queues: ['queues'] as const,
  sync: ['sync'] as const,
  quotas: ['quotas'] as const,
  environment: ['environment'] as const,
  keys: ['api-keys'] as const,
  webhooks: ['webhooks'] as const,
}
