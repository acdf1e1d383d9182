import type { Assignment } from '../../../bot/assignments/assignment.ts'
import { enqueueDispatch } from '../../../bot/assignments/dispatch.ts'
import { countAudience } from '../../../bot/assignments/gather.ts'
import { checkReferences } from '../../../bot/audience/check-references.ts'
import { readFilter } from '../../../bot/audience/read-filter.ts'
import { businessDay } from '../../../domain/business-day.ts'
import { Prisma, type Db } from '../../../prisma/db.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { Nobody } from '../../errors.ts'
import { reportRows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import { checkText, checkTimes, checkWords } from './check-assignment.ts'
import type { NewAssignment, RepeatBody } from './schema.ts'
import { findAssignmentId } from './visible-assignment.ts'

/**
 * Makes an assignment: its row, and its job where it begins now. Its customers are within the scope of who makes it,
 * whatever the filter says.
 *
 * @returns its id
 * @throws BadFilter, BAD_INPUT naming the field, NOBODY
 */
export async function createAssignment(
  deps: AppDeps,
  user: SignedIn,
  given: NewAssignment,
): Promise<bigint> {
  const now = deps.clock.now()
  const title = checkText('title', given.title)
  const instruction = checkText('instruction', given.instruction)
  const words = checkWords(given.words)
  const templateId = await checkTemplate(deps, user, given)
  const { dueAt, dispatchAt } = checkTimes(given, now, deps.zone)
  const filter = readFilter(given.filter)
  await checkReferences((statement) => reportRows(deps.db, statement), filter)
  const { assign, assigneeId } = await readAssign(deps, user, given.assign)
  const moment = { day: businessDay(now, deps.zone), now, zone: deps.zone }
  const [counted] = await reportRows<{ n: number }>(
    deps.db,
    countAudience({ filter, scope: user }, moment),
  )
  const customers = counted?.n ?? 0
  if (customers === 0) throw new Nobody()
  const isHq = user.role === 'hq'
  return await deps.db.prisma.$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
      insert into assignment (title, instruction, words, template_id, filter, assign, assignee_id, max_per_guide, created_by,
        created_at, dispatch_at, due_at, everywhere, store_no, customers, next_run_at)
      values (${title}, ${instruction}, ${words}, ${templateId}, ${JSON.stringify(filter)}::jsonb, ${assign}, ${assigneeId}::bigint,
        ${given.maxPerGuide ?? null}::int, ${user.id}::bigint, ${now}, ${dispatchAt}, ${dueAt}, ${isHq},
        ${isHq ? null : user.storeNo}, ${customers}::int, ${dispatchAt})
      returning id`)
    const id = row?.id ?? 0n
    if (dispatchAt <= now) await enqueueDispatch(tx, id)
    await audit(tx, { at: now, user, action: 'create_assignment', id })
    return id
  })
}

/**
 * The same again: filter, words and who gets it; whom the filter means is asked anew.
 *
 * @throws ASSIGNMENT_NOT_FOUND, and what createAssignment throws
 */
export async function repeatAssignment(
  deps: AppDeps,
  user: SignedIn,
  id: string,
  given: RepeatBody,
): Promise<bigint> {
  await findAssignmentId(deps, user, id)
  const old = await deps.db.prisma.assignment.findUniqueOrThrow({
    where: { id: BigInt(id) },
    include: { assignee: { select: { userid: true } } },
  })
  const { title, instruction, words, templateId, maxPerGuide, filter, assign, assignee } = old
  return await createAssignment(deps, user, {
    title,
    instruction,
    // read again by createAssignment
    filter: filter as unknown as NewAssignment['filter'],
    assign: assign === 'guide' ? `guide:${assignee?.userid ?? ''}` : assign,
    ...(words !== null && { words }),
    ...(templateId !== null && { templateId }),
    ...(maxPerGuide !== null && { maxPerGuide }),
    ...given,
  })
}

/** @throws BAD_INPUT naming the field: words beside a template, or a template that there is not */
async function checkTemplate(
  deps: AppDeps,
  user: SignedIn,
  { words, templateId }: NewAssignment,
): Promise<string | null> {
  if (templateId === undefined) return null
  if (words?.trim()) {
    throw badField('templateId', '和 words 只能选一个：用话术，或自己写。 Send this or “words”.')
  }
  const found = await deps.db.prisma.wordsTemplate.findFirst({
    where: {
      code: templateId,
      kind: 'follow_up',
      ...(user.role !== 'hq' && { OR: [{ storeNo: null }, { storeNo: user.storeNo }] }),
    },
    select: { code: true },
  })
  if (!found) {
    throw badField(
      'templateId',
      `没有派单话术 ${templateId}，请重新选择。 There are no such words.`,
    )
  }
  return found.code
}

/** Who did what to an assignment. */
export async function audit(
  tx: Db,
  { at, user, action, id }: { at: Date; user: SignedIn; action: string; id: bigint },
): Promise<void> {
  const subject = `assignment:${id}`
  await tx.auditLog.create({ data: { at, actor: user.userid, action, subject } })
}

/**
 * Whom `assign` of the API means.
 *
 * @throws BAD_INPUT for a guide who is not one's own, or not at work
 */
export async function readAssign(
  deps: AppDeps,
  user: SignedIn,
  assign: string,
): Promise<Pick<Assignment, 'assign' | 'assigneeId'>> {
  if (!assign.startsWith('guide:')) {
    // the schema lets through nothing else
    return { assign: assign as 'owner' | 'store_manager', assigneeId: null }
  }
  const userid = assign.slice('guide:'.length)
  const [found] = await reportRows<{ id: string }>(
    deps.db,
    Prisma.sql`select e.id::text as id from employee e
      where e.userid_key = lower(${userid}) and e.active and ${scope.employees(user)}`,
  )
  if (!found)
    throw badField('assign', `没有在岗的导购 ${userid}，请重新选择。 No such employee of yours.`)
  return { assign: 'guide', assigneeId: BigInt(found.id) }
}
