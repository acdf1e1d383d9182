import { computed, shallowRef } from 'vue'
import type { TiersView } from '../../../../server/api/tiers/schema.ts'
import { useApi } from '../../../session.ts'
import { isSame } from '../Editor/is-same.ts'
import { useVersionedEditor } from '../Editor/use-versioned-editor.ts'
import { draftProblems, newRow, rowsOf, type DraftRow, type TiersDraft } from './tier-draft.ts'
import { createTiersApi, TIERS_KEY } from './tiers-api.ts'
import { useTiersWords } from './tiers-words.ts'

/** The tier table under edit: its lines, what is wrong or odd at which place, and what one may do to them. */
export function useTiersEditor() {
  const words = useTiersWords()
  const api = createTiersApi(useApi())
  const draft = shallowRef<TiersDraft | null>(null)

  const editor = useVersionedEditor({
    key: TIERS_KEY,
    read: api.read,
    draft,
    draftOf,
    questionOf: ({ tiers }) => rowsOf(tiers, words),
    lint: api.lint,
    tryOut: api.dryRun,
    save: (version, tiers) => api.save({ version, tiers }),
    saved: ({ version }) => words.saved(version),
  })
  const { view, current, asked, lint } = editor
  const rows = computed(() => current.value?.tiers ?? [])

  const findings = computed(() => {
    if (!draft.value) return view.value?.findings ?? []
    const problems = draftProblems(draft.value.tiers, words).map(({ path, message }) => ({
      severity: 'error' as const,
      field: path,
      message,
    }))
    return problems.length > 0 || !asked.value ? problems : (lint.data.value?.findings ?? [])
  })
  /** nobody may save what the linter calls an error */
  const isRefused = computed(() => findings.value.some(({ severity }) => severity === 'error'))

  function setRows(tiers: DraftRow[]) {
    if (!view.value) return
    const next = { version: draft.value?.version ?? view.value.version, tiers }
    draft.value = isSame(next, draftOf(view.value)) ? null : next
  }

  return {
    ...editor,
    draft,
    rows,
    findings,
    isRefused,
    setRows,
    change: (at: number, row: DraftRow) => setRows(rows.value.with(at, row)),
    add: () => setRows([...rows.value, newRow(rows.value, words)]),
    remove: (at: number) => setRows(rows.value.toSpliced(at, 1)),
    /** one place up or down the ladder */
    move: (at: number, by: 1 | -1) => {
      const row = rows.value[at]
      if (row) setRows(rows.value.toSpliced(at, 1).toSpliced(at + by, 0, row))
    },
  }
}

function draftOf({ version, tiers }: TiersView): TiersDraft {
  return { version, tiers: tiers.map(({ tier }) => tier) }
}
