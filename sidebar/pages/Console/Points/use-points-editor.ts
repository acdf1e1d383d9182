import { computed, shallowRef } from 'vue'
import { checkProgramme, type PointsProgramme } from '../../../../domain/points-programme.ts'
import { useMessages } from '../../../i18n/index.ts'
import { useApi } from '../../../session.ts'
import { isSame } from '../Editor/is-same.ts'
import { useVersionedEditor } from '../Editor/use-versioned-editor.ts'
import { createPointsApi, POINTS_KEY } from './points-api.ts'
import { draftOf, type DraftParams, type PointsDraft } from './points-draft.ts'
import { usePointsWords } from './points-words.ts'

/** The points programme under edit: its switch, its numbers, and what is wrong or odd about which. */
export function usePointsEditor() {
  const m = useMessages()
  const words = usePointsWords()
  const lang = m.lang === 'en' ? 'en' : 'zh-CN'
  const api = createPointsApi(useApi())
  const draft = shallowRef<PointsDraft | null>(null)

  const editor = useVersionedEditor({
    key: POINTS_KEY,
    read: api.read,
    draft,
    draftOf,
    questionOf: ({ enabled, params }) =>
      isWhole(params) ? { enabled, params: { ...params } } : null,
    lint: api.lint,
    tryOut: api.dryRun,
    save: (version, question) => api.save({ version, ...question }),
    saved: ({ version }) => words.saved(version),
  })
  const { view, current, asked, lint } = editor

  const findings = computed(() => {
    if (!draft.value) return view.value?.findings ?? []
    const problems = checkProgramme(draft.value.params).map(({ field, remedy }) => ({
      severity: 'error' as const,
      field,
      message: `${labelOf(field)}：${words.problem(remedy[lang])}`,
    }))
    return problems.length > 0 || !asked.value ? problems : (lint.data.value?.findings ?? [])
  })

  function labelOf(field: string): string {
    const labels: Record<string, string> = words.labels
    return labels[field] ?? field
  }

  function edit(change: Partial<Omit<PointsDraft, 'version'>>) {
    if (!view.value || !current.value) return
    const next = { ...current.value, ...change }
    draft.value = isSame(next, draftOf(view.value)) ? null : next
  }

  return { ...editor, draft, findings, edit }
}

function isWhole(params: DraftParams): params is PointsProgramme {
  return checkProgramme(params).length === 0
}
