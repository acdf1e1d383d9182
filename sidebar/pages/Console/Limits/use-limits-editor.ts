import { computed, shallowRef } from 'vue'
import { checkContactLimits, type ContactLimits } from '../../../../domain/contact-limits.ts'
import type { LimitsView } from '../../../../server/api/contact-limits/schema.ts'
import { useMessages } from '../../../i18n/index.ts'
import { useApi } from '../../../session.ts'
import { isSame } from '../Editor/is-same.ts'
import { useVersionedEditor } from '../Editor/use-versioned-editor.ts'
import { createLimitsApi, LIMITS_KEY } from './limits-api.ts'
import { useLimitsWords, type LimitsWords } from './limits-words.ts'

/** The limits under edit: one whose field is empty is null. */
export type DraftLimits = Record<keyof ContactLimits, number | null>

interface LimitsDraft {
  version: number
  limits: DraftLimits
}

/** The limits of contact under edit, and what can't be used of them. */
export function useLimitsEditor() {
  const m = useMessages()
  const words = useLimitsWords()
  const lang = m.lang === 'en' ? 'en' : 'zh-CN'
  const api = createLimitsApi(useApi())
  const draft = shallowRef<LimitsDraft | null>(null)

  const editor = useVersionedEditor({
    key: LIMITS_KEY,
    read: api.read,
    draft,
    draftOf,
    questionOf: ({ limits }) =>
      checkContactLimits(limits).length === 0 ? { limits: { ...limits } } : null,
    // all that can be said of them is said beside their fields already
    lint: () => Promise.resolve(null),
    tryOut: api.dryRun,
    save: (version, question) => api.save({ version, ...question }),
    saved: ({ version }) => words.saved(version),
  })
  const { view, current } = editor

  const findings = computed(() =>
    checkContactLimits(current.value?.limits ?? {}).map(({ field, remedy }) => ({
      severity: 'error' as const,
      field,
      message: words.problem(words.labels[field as keyof ContactLimits], remedy[lang]),
    })),
  )

  function edit(limits: DraftLimits) {
    if (!view.value || !current.value) return
    const next = { version: current.value.version, limits }
    draft.value = isSame(next, draftOf(view.value)) ? null : next
  }

  return { ...editor, draft, findings, edit }
}

function draftOf({ version, limits }: LimitsView): LimitsDraft {
  return { version, limits }
}

/** What differs between two versions, for people. */
export function limitChanges(
  before: { limits: DraftLimits },
  after: { limits: DraftLimits },
  words: LimitsWords,
): { label: string; from: string; to: string }[] {
  // the words name each limit once
  const fields = Object.keys(words.labels) as (keyof ContactLimits)[]
  return fields
    .filter((field) => before.limits[field] !== after.limits[field])
    .map((field) => ({
      label: words.labels[field],
      from: String(before.limits[field] ?? '–'),
      to: String(after.limits[field] ?? '–'),
    }))
}
