import { useQueryClient } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { useApi } from '../../../session.ts'
import type { RuleKind } from '../../../words.ts'
import { useVersionedEditor } from '../Editor/use-versioned-editor.ts'
import { fieldOf, fieldProblem } from './rule-fields.ts'
import { draftAfter, draftOf, type RuleDraft } from './rule-draft.ts'
import { createRulesApi, rulesKeys } from './rules-api.ts'
import { useRulesWords } from './rules-words.ts'

/** One rule under edit: what is in force, the draft, what the linter and a dry run say of it, and saving it. */
export function useRuleEditor(kind: RuleKind, draft: Ref<RuleDraft | null>) {
  const words = useRulesWords()
  const api = createRulesApi(useApi())
  const queries = useQueryClient()

  const editor = useVersionedEditor({
    key: rulesKeys.one(kind),
    read: () => api.read(kind),
    draft,
    draftOf,
    questionOf: ({ enabled, params, stores }, { schema }) =>
      (stores === null || stores.regions.length + stores.storeNos.length > 0) &&
      Object.entries(params).every(([name, value]) => {
        const field = fieldOf(schema, name)
        return !field || fieldProblem(field, value, words) === null
      })
        ? { enabled, params, stores }
        : null,
    lint: ({ params, stores }) => api.lint(kind, { params, stores }),
    tryOut: (question) => api.dryRun(kind, question),
    save: (version, question) => api.save(kind, { version, ...question }),
    saved: ({ version }) => {
      void queries.invalidateQueries({ queryKey: rulesKeys.list })
      return words.saved(version)
    },
  })
  const { view, asked, lint } = editor
  const findings = computed(() => {
    if (!draft.value) return view.value?.findings ?? []
    return asked.value ? (lint.data.value?.findings ?? []) : []
  })

  function edit(change: Partial<Omit<RuleDraft, 'version'>>) {
    if (view.value) draft.value = draftAfter(view.value, draft.value, change)
  }

  return { ...editor, findings, edit }
}
