import { useMutation, useQuery, useQueryClient, type QueryKey } from '@tanstack/vue-query'
import { computed, onBeforeUnmount, shallowRef, watch, type Ref } from 'vue'
import { ApiError } from '../../../api.ts'
import { useMessages } from '../../../i18n/index.ts'
import { errorText } from '../../../state/error-text.ts'
import { useToaster } from '../../../state/toaster.ts'

/** the linter looks at all customers: it is asked once the typing stops */
const REST_MS = 600

interface Options<View, Draft, Question, Linted, Tried> {
  key: QueryKey
  read: () => Promise<View>
  /** null: nothing was changed */
  draft: Ref<Draft | null>
  /** what is in force as a draft without changes */
  draftOf: (view: View) => Draft
  /** what the server is asked about a draft; null while it can't be sent */
  questionOf: (draft: Draft, view: View) => Question | null
  lint: (question: Question) => Promise<Linted>
  tryOut: (question: Question) => Promise<Tried>
  save: (version: number, question: Question) => Promise<View>
  saved: (view: View) => string
}

/** Something of which every save is a version, under edit: a draft over what is in force, linter, dry run and saving. */
export function useVersionedEditor<
  View extends { version: number },
  Draft extends { version: number },
  Question,
  Linted,
  Tried,
>(options: Options<View, Draft, Question, Linted, Tried>) {
  const { key, draft } = options
  const m = useMessages()
  const queries = useQueryClient()
  const toaster = useToaster()

  const query = useQuery({ queryKey: key, queryFn: options.read })
  const view = query.data
  const current = computed(() => draft.value ?? (view.value ? options.draftOf(view.value) : null))
  const question = computed(() =>
    current.value && view.value ? options.questionOf(current.value, view.value) : null,
  )
  const conflict = computed(
    () => draft.value !== null && view.value?.version !== draft.value.version,
  )

  const asked = shallowRef<{ question: Question } | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    () => (draft.value ? question.value : null),
    (next) => {
      clearTimeout(timer)
      asked.value = null
      if (next) timer = setTimeout(() => (asked.value = { question: next }), REST_MS)
    },
    { immediate: true },
  )
  onBeforeUnmount(() => clearTimeout(timer))
  const lint = useQuery({
    queryKey: computed(() => ['lint', ...key, asked.value?.question ?? null]),
    queryFn: () => {
      if (!asked.value) throw new Error('nothing to lint')
      return options.lint(asked.value.question)
    },
    enabled: computed(() => asked.value !== null),
    staleTime: 300_000,
    refetchInterval: false,
  })

  const dryRun = useMutation({
    mutationFn: async (tried: Question) => ({
      about: JSON.stringify(tried),
      result: await options.tryOut(tried),
    }),
  })
  const stale = computed(() => dryRun.data.value?.about !== JSON.stringify(question.value))

  const save = useMutation({
    mutationFn: ({ version, asks }: { version: number; asks: Question }) =>
      options.save(version, asks),
    onSuccess: (saved) => {
      queries.setQueryData(key, saved)
      draft.value = null
      toaster.show(options.saved(saved))
    },
    onError: async (error) => {
      // what somebody else saved meanwhile is shown beside one's own
      if (error instanceof ApiError && error.status === 409) await query.refetch()
      if (!conflict.value) toaster.show(errorText(error, m), { tone: 'bad' })
    },
  })

  function tryOut() {
    if (question.value) dryRun.mutate(question.value)
  }

  /** @param version the one that is replaced: that of the draft, or knowingly another */
  function saveOver(version: number) {
    if (question.value) save.mutate({ version, asks: question.value })
  }

  return {
    query,
    view,
    current,
    question,
    conflict,
    asked,
    lint,
    dryRun,
    stale,
    save,
    tryOut,
    saveOver,
  }
}
