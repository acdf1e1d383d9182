import { useQueryClient } from '@tanstack/vue-query'
import { computed, onBeforeUnmount, shallowRef, watch, type Ref } from 'vue'
import { useApi } from '../../../session.ts'
import { useVersionedEditor } from '../Editor/use-versioned-editor.ts'
import { createWordsApi, wordsKeys } from './words-api.ts'
import { draftAfter, draftOf, type WordsDraft } from './words-draft.ts'
import { useWordsWords } from './words-words.ts'

/** the preview follows once the typing stops */
const REST_MS = 500

/** One template under edit: the draft, what the linter says of it, how it reads for real customers, and saving it. */
export function useWordsEditor(id: string, draft: Ref<WordsDraft | null>) {
  const words = useWordsWords()
  const api = createWordsApi(useApi())
  const queries = useQueryClient()
  /** whose preview is wanted beside the samples */
  const customerId = shallowRef<string | null>(null)

  const editor = useVersionedEditor({
    key: wordsKeys.one(id),
    read: () => api.read(id),
    draft,
    draftOf,
    questionOf: ({ name, enabled, variants }, { kind, situation }) =>
      name.trim() === ''
        ? null
        : { kind, situation, name, enabled, variants, customerId: customerId.value },
    lint: ({ kind, situation, variants }) => api.lint({ kind, situation, variants }),
    tryOut: ({ kind, situation, variants, customerId: chosen }) =>
      api.preview({ kind, situation, variants, ...(chosen !== null && { customerId: chosen }) }),
    save: (version, { name, enabled, variants }) =>
      api.save(id, { version, name, enabled, variants }),
    saved: ({ version }) => {
      // another one may have gone off
      void queries.invalidateQueries({ queryKey: wordsKeys.lists })
      return words.saved(version)
    },
  })
  const { view, asked, lint, question, tryOut } = editor

  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    () => JSON.stringify(question.value),
    () => {
      clearTimeout(timer)
      timer = setTimeout(tryOut, REST_MS)
    },
    { immediate: true },
  )
  onBeforeUnmount(() => clearTimeout(timer))

  const findings = computed(() => {
    if (!draft.value) return view.value?.findings ?? []
    return asked.value ? (lint.data.value?.findings ?? []) : []
  })
  /** nobody may save what the linter calls an error */
  const isRefused = computed(() => findings.value.some(({ severity }) => severity === 'error'))

  function edit(change: Partial<Omit<WordsDraft, 'version'>>) {
    if (view.value) draft.value = draftAfter(view.value, draft.value, change)
  }

  return { ...editor, findings, isRefused, customerId, edit }
}
