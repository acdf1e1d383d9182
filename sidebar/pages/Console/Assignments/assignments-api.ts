import type {
  AssignmentCustomerPage,
  AssignmentCustomerQuery,
  AssignmentPage,
  AssignmentPreview,
  AssignmentQuestion,
  AssignmentView,
  NewAssignment,
  PressAnswer,
  PressBody,
  RepeatBody,
} from '../../../../server/api/assignments/schema.ts'
import type { TemplateList } from '../../../../server/api/templates/schema.ts'
import { query } from '../../../api.ts'
import { useApi } from '../../../session.ts'

export type AssignmentState = AssignmentView['state']

/** Which customers of an assignment. */
export interface CustomerFilter {
  state?: AssignmentCustomerQuery['state'] | undefined
  guide?: string | undefined
}

/** The calls of the assignments' pages. */
export function useAssignmentsApi() {
  const { call, customer } = useApi()
  return {
    customer,
    list: (filter: { cursor?: string | undefined; state?: AssignmentState | undefined }) =>
      call<AssignmentPage>('GET', `/api/assignments${query(filter)}`),
    templates: () => call<TemplateList>('GET', '/api/templates'),
    one: (id: string) => call<AssignmentView>('GET', addressOf(id)),
    create: (body: NewAssignment) => call<AssignmentView>('POST', '/api/assignments', body),
    preview: (question: AssignmentQuestion) =>
      call<AssignmentPreview>('POST', '/api/assignments/preview', question),
    customers: (id: string, filter: CustomerFilter, cursor: string | undefined) =>
      call<AssignmentCustomerPage>(
        'GET',
        `${addressOf(id)}/customers${query({ ...filter, cursor })}`,
      ),
    press: (id: string, body: PressBody) =>
      call<PressAnswer>('POST', `${addressOf(id)}/press`, body),
    cancel: (id: string) => call<unknown>('POST', `${addressOf(id)}/cancel`, {}),
    repeat: (id: string, body: RepeatBody) =>
      call<AssignmentView>('POST', `${addressOf(id)}/repeat`, body),
  }
}

/** Where the same customers are downloaded as CSV. */
export function customersCsv(id: string, filter: CustomerFilter): string {
  return `${addressOf(id)}/customers${query({ ...filter, format: 'csv' })}`
}

/** Where an assignment tells of its progress by itself. */
export function eventsAddress(id: string): string {
  return `${addressOf(id)}/events`
}

function addressOf(id: string): string {
  return `/api/assignments/${encodeURIComponent(id)}`
}

/** Names of what vue-query keeps of assignments. */
export const assignmentKeys = {
  all: ['assignments'] as const,
  list: (state: string) => ['assignments', 'list', state] as const,
  preview: (question: AssignmentQuestion | null) => ['assignments', 'preview', question] as const,
  one: (id: string) => ['assignments', 'one', id] as const,
  customersOf: (id: string) => ['assignments', 'customers', id] as const,
  customers: (id: string, filter: CustomerFilter) =>
    ['assignments', 'customers', id, filter] as const,
}
