import { loadTiers } from '../../../bot/rules/load-tiers.ts'
import { wordsOf } from '../../../bot/rules/registry.ts'
import { valuesOf } from '../../../bot/words/suggest-words.ts'
import { businessDay } from '../../../domain/business-day.ts'
import { exampleWords } from '../../../domain/lint-words.ts'
import { fillWords } from '../../../domain/words-template.ts'
import type { WordsKind } from '../../../domain/words-situations.ts'
import { VARIABLES, type WordsValues } from '../../../domain/words-variables.ts'
import type { TierTable } from '../../../domain/tier-table.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import type { AppDeps } from '../../deps.ts'
import { CustomerNotFound } from '../../errors.ts'
import { reportRows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { displayName } from '../customers/display-name.ts'
import { taskColumns, taskJoins, type TaskRow } from '../tasks/task-row.ts'
import { namesOf, type NamedRow } from '../tasks/task-names.ts'
import { customerWordsRow } from './customer-words-row.ts'
import type { Preview, PreviewAnswer, PreviewQuestion } from './schema.ts'
import { checkSituation } from './template.ts'

const SAMPLES = 3
/** newest open tasks of the kind, of which three are of the situation asked for */
const LOOK_AT = 60

/**
 * How words read for one of the person's customers, and for three who have an open task in that situation. Nothing is
 * written.
 *
 * @throws CUSTOMER_NOT_FOUND, BAD_INPUT naming the situation
 */
export async function previewTemplate(
  deps: AppDeps,
  user: SignedIn,
  question: PreviewQuestion,
  lang: Lang,
): Promise<PreviewAnswer> {
  const { kind, situation, variants, customerId } = question
  checkSituation(kind, situation)
  const now = deps.clock.now()
  const today = businessDay(now, deps.zone)
  const [{ table }, open, [chosen]] = await Promise.all([
    loadTiers(deps.db.prisma),
    openTasks(deps, user, kind, null, now),
    customerId === undefined
      ? [undefined]
      : reportRows<NamedRow>(deps.db, customerWordsRow(user, customerId)),
  ])
  if (customerId !== undefined && !chosen) throw new CustomerNotFound()
  const own = customerId === undefined ? [] : await openTasks(deps, user, kind, customerId, now)

  const fit = (tasks: readonly TaskRow[]) =>
    tasks.flatMap((task) => {
      const said = wordsOf(task.kind, task.facts, 'zh-CN', today)
      return said?.situation === situation ? [{ row: task, values: said.values }] : []
    })
  const shown = (row: NamedRow, values: WordsValues | null): Preview => ({
    customerId: row.customerId,
    name: displayName(row, lang),
    guide: row.assigneeName,
    from: values ? 'task' : 'example',
    texts: variants.map(({ code, text }) => ({
      code,
      text: fillWords(text, { ...peopleOf(row, table, today), ...(values ?? EXAMPLES) }),
    })),
  })
  const [task] = fit(own)
  return {
    customer: chosen ? shown(task?.row ?? chosen, task?.values ?? null) : null,
    samples: fit(open)
      .slice(0, SAMPLES)
      .map(({ row, values }) => shown(row, values)),
    example: variants.map(({ code, text }) => ({ code, text: exampleWords(text) })),
  }
}

/** what stands for the facts that only a task has */
const EXAMPLES: WordsValues = Object.fromEntries(
  Object.entries(VARIABLES)
    .filter(([, { fallback }]) => fallback === null)
    .map(([name, { example }]) => [name, example])
    .filter(([name]) => name !== '常买'),
)

function peopleOf(row: NamedRow, table: TierTable, today: string): WordsValues {
  return valuesOf(namesOf(row, table, today))
}

/** Newest first. */
async function openTasks(
  deps: AppDeps,
  user: SignedIn,
  kind: WordsKind,
  customerId: string | null,
  now: Date,
): Promise<TaskRow[]> {
  const whose =
    customerId === null ? Prisma.sql`true` : Prisma.sql`t.customer_id = ${customerId}::bigint`
  const found = await reportRows<{ task: TaskRow }>(
    deps.db,
    Prisma.sql`
      select row_to_json(x) as task
      from (
        select t.id from task t
        where t.kind = ${kind} and t.state in ('open', 'in_progress') and t.dies_at > ${now}
          and ${whose} and ${scope.tasks(user)}
        order by t.id desc limit ${LOOK_AT}
      ) newest
      join task t on t.id = newest.id join customer c on c.id = t.customer_id ${taskJoins}
      cross join lateral (select ${taskColumns}) x
      where ${scope.customers(user)}
      order by t.id desc`,
  )
  return found.map(({ task }) => task)
}
