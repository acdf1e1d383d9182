import type { CustomerLines } from '../../../../server/api/customer-list/schema.ts'
import type {
  NewTemplate,
  PreviewAnswer,
  PreviewQuestion,
  TemplateChange,
  TemplateList,
  TemplateResults,
  TemplateView,
  WordsQuestion,
} from '../../../../server/api/templates/schema.ts'
import type { Finding } from '../../../../server/api/rules/schema.ts'
import { query, type Api } from '../../../api.ts'

/** reports and searches over all customers may take their time */
const LONG_MS = 35_000

/** The calls of the page of words. */
export function createWordsApi({ call }: Api) {
  const at = (id: string) => `/api/templates/${encodeURIComponent(id)}`
  return {
    list: (store: string) => call<TemplateList>('GET', `/api/templates${query({ store })}`),
    read: (id: string) => call<TemplateView>('GET', at(id)),
    add: (template: NewTemplate) => call<TemplateView>('POST', '/api/templates', template),
    save: (id: string, change: TemplateChange) => call<TemplateView>('PUT', at(id), change),
    lint: (question: WordsQuestion) =>
      call<{ findings: Finding[] }>('POST', '/api/templates/lint', question),
    preview: (question: PreviewQuestion) =>
      call<PreviewAnswer>('POST', '/api/templates/preview', question, LONG_MS),
    results: (id: string) => call<TemplateResults>('GET', `${at(id)}/results`, undefined, LONG_MS),
    search: (text: string) =>
      call<CustomerLines>('POST', '/api/customers/search', { text }, LONG_MS),
  }
}

export const wordsKeys = {
  lists: ['templates'] as const,
  list: (store: string) => ['templates', store] as const,
  one: (id: string) => ['template', id] as const,
  results: (id: string, version: number) => ['template-results', id, version] as const,
  search: (text: string) => ['words-search', text] as const,
}
