import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, onBeforeUnmount, shallowRef, watch, type Ref } from 'vue'
import { ApiError } from '../../../api.ts'
import { useMessages } from '../../../i18n/index.ts'
import { useApi } from '../../../session.ts'
import { errorText } from '../../../state/error-text.ts'
import { useToaster } from '../../../state/toaster.ts'
import type { RuleKind } from '../../../words.ts'
import { fieldOf, fieldProblem } from './rule-fields.ts'
import { draftAfter, draftOf, type RuleDraft } from './rule-draft.ts'
import { createRulesApi, rulesKeys } from './rules-api.ts'
import { useRulesWords } from './rules-words.ts'

/** the linter looks at all customers: it is asked once the typing stops */
const REST_MS = 600

/** One rule under edit: what is in force, the draft, what the linter and a dry run say of it, and saving it. */
export function useRuleEditor(kind: RuleKind, draft: Ref<RuleDraft | null>) {
  const m = useMessages()
  const words = useRulesWords()
  const api = createRulesApi(useApi())
  const queries = useQueryClient()
  const toaster = useToaster()

  const query = useQuery({ queryKey: rulesKeys.one(kind), queryFn: () => api.read(kind) })
  const rule = query.data
  const current = computed(() => draft.value ?? (rule.value ? draftOf(rule.value) : null))
  const usable = computed(
    () =>
      current.value !== null &&
      rule.value !== undefined &&
      Object.entries(current.value.params).every(([name, value]) => {
        const field = fieldOf(rule.value?.schema ?? {}, name)
        return !field || fieldProblem(field, value, words) === null
      }),
  )

  const asked = shallowRef<Record<string, unknown> | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    () => (draft.value && usable.value ? draft.value.params : null),
    (params) => {
      clearTimeout(timer)
      asked.value = null
      if (params) timer = setTimeout(() => (asked.value = params), REST_MS)
    },
    { immediate: true },
  )
  onBeforeUnmount(() => clearTimeout(timer))
  const lint = useQuery({
    queryKey: computed(() => rulesKeys.lint(kind, asked.value ?? {})),
    queryFn: () => api.lint(kind, asked.value ?? {}),
    enabled: computed(() => asked.value !== null),
    staleTime: 300_000,
    refetchInterval: false,
  })
  const findings = computed(() => {
    if (!draft.value) return rule.value?.findings ?? []
    return asked.value ? (lint.data.value?.findings ?? []) : []
  })

  const question = computed(() =>
    current.value ? { enabled: current.value.enabled, params: current.value.params } : {},
  )
  const dryRun = useMutation({
    mutationFn: async () => {
      const about = JSON.stringify(question.value)
      return { about, result: await api.dryRun(kind, question.value) }
    },
  })
  const stale = computed(() => dryRun.data.value?.about !== JSON.stringify(question.value))

  const save = useMutation({
    mutationFn: (version: number) => api.save(kind, { version, ...question.value }),
    onSuccess: (saved) => {
      queries.setQueryData(rulesKeys.one(kind), saved)
      draft.value = null
      toaster.show(words.saved(saved.version))
      void queries.invalidateQueries({ queryKey: rulesKeys.list })
    },
    onError: async (error) => {
      // what they saved is shown beside one's own
      if (error instanceof ApiError && error.code === 'RULE_CHANGED') await query.refetch()
      else toaster.show(errorText(error, m), { tone: 'bad' })
    },
  })

  const conflict = computed(
    () => draft.value !== null && rule.value?.version !== draft.value.version,
  )

  function edit(change: Partial<Omit<RuleDraft, 'version'>>) {
    if (rule.value) draft.value = draftAfter(rule.value, draft.value, change)
  }

  return { query, current, usable, lint, asked, findings, dryRun, stale, save, conflict, edit }
}
