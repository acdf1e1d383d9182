import type {
  NewTag,
  LibraryTag,
  ManagedTagPage,
  TagLibrary,
} from '../../../../server/api/tags/schema.ts'
import type { TagMergePage, TagMergeView } from '../../../../server/api/tag-merges/schema.ts'
import type {
  NewTagRule,
  TagRuleHistory,
  TagRuleSuggestion,
  TagRuleView,
} from '../../../../server/api/tag-rules/schema.ts'
import { query } from '../../../api.ts'
import { useApi } from '../../../session.ts'

/** The calls of the page of tags. */
export function useTagsApi() {
  const { call } = useApi()
  return {
    managed: (asked: { search: string; cursor?: string | undefined }) =>
      call<ManagedTagPage>('GET', `/api/tags/managed${query(asked)}`, undefined, LONG_MS),
    library: () => call<TagLibrary>('GET', '/api/tags'),
    add: (tag: NewTag) => call<LibraryTag>('POST', '/api/tags', tag),
    rename: (id: string, name: string) => call<null>('PATCH', `/api/tags/${id}`, { name }),
    remove: (id: string) => call<null>('DELETE', `/api/tags/${id}`),
    merges: () => call<TagMergePage>('GET', '/api/tag-merges'),
    merge: (from: string, into: string) =>
      call<TagMergeView>('POST', '/api/tag-merges', { from, into }),
    undoMerge: (id: string) => call<TagMergeView>('POST', `/api/tag-merges/${id}/undo`, {}),
    rules: () => call<{ items: TagRuleView[] }>('GET', '/api/tag-rules'),
    suggestions: () => call<{ items: TagRuleSuggestion[] }>('GET', '/api/tag-rules/suggestions'),
    history: (code: string) =>
      call<TagRuleHistory>('GET', `/api/tag-rules/${encodeURIComponent(code)}/history`),
    addRule: (rule: NewTagRule) => call<TagRuleView>('POST', '/api/tag-rules', rule),
    saveRule: (code: string, change: NewTagRule & { version: number }) =>
      call<TagRuleView>('PUT', `/api/tag-rules/${encodeURIComponent(code)}`, change),
  }
}

/** counting who has each tag takes its time */
const LONG_MS = 35_000

export const tagsKeys = {
  managed: ['tags', 'managed'] as const,
  /** with the audience builder, which chooses from the same */
  library: ['audience', 'tags'] as const,
  merges: ['tag-merges'] as const,
  rules: ['tag-rules'] as const,
  history: (code: string, version: number) => ['tag-rules', 'history', code, version] as const,
  suggestions: ['tag-rules', 'suggestions'] as const,
}
