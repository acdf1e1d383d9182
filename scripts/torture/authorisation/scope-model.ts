import type { Random } from '../../../prisma/seed/random.ts'
import { aCustomer, aGuide, aRelation, aTask } from '../../../tests/support/chain.ts'
import type { House } from './house.ts'

/** Somebody with a session. */
export interface Person {
  id: bigint
  userid: string
  role: 'guide' | 'manager' | 'hq'
  storeNo: string | null
}

/** A customer with everybody who ever was a contact, and a task. */
export interface Known {
  id: bigint
  externalUserid: string
  storeNo: string | null
  /** live contacts */
  contacts: Person[]
  task: { id: bigint; assignee: Person }
}

/** A chain whose relations are known here, apart from the database: what anybody may see is worked out from them. */
export interface ScopeModel {
  people: Person[]
  customers: Known[]
}

/**
 * Fills a house with stores, guides and customers at random: contacts within and across stores, ended ones, none;
 * managers without a store; stores that no customer names.
 */
export async function fillChain(
  { db }: House,
  random: Random,
  sizes: { stores: number; customers: number },
): Promise<ScopeModel> {
  const people: Person[] = []
  const add = async (userid: string, role: Person['role'], storeNo: string | null) => {
    const { id } = await aGuide(db, { userid, role, storeNo, name: `姓名-${userid}` })
    people.push({ id, userid, role, storeNo })
  }
  for (let store = 1; store <= sizes.stores; store += 1) {
    const storeNo = `X${store}`
    await db.prisma.store.create({ data: { storeNo, name: `店${store}` } })
    for (const n of [1, 2, 3]) await add(`guide-${store}-${n}`, 'guide', storeNo)
    await add(`manager-${store}`, 'manager', storeNo)
  }
  await add('guide-nowhere', 'guide', null)
  await add('manager-nowhere', 'manager', null)
  await add('headquarters', 'hq', null)

  const contacts = people.filter(({ role }) => role !== 'hq')
  const customers: Known[] = []
  for (let n = 0; n < sizes.customers; n += 1) {
    const externalUserid = `wm-model-${n}`
    const storeNo = random.chance(0.3) ? null : `X${random.between(1, sizes.stores)}`
    const customer = await aCustomer(db, { externalUserid, storeNo, memberNo: `MODEL${n}` })
    const live = someOf(random, contacts, random.between(0, 2))
    const gone = someOf(random, contacts, random.between(0, 2)).filter((one) => !live.includes(one))
    for (const person of live) {
      await aRelation(db, customer, person, { half: random.chance(0.1) })
    }
    for (const person of gone) {
      await aRelation(db, customer, person, { endedAt: new Date('2026-01-01T00:00:00Z') })
    }
    // a task stays with its assignee, also where the relation has ended
    const assignee = random.pick(contacts)
    const task = { id: await aTask(db, customer, assignee), assignee }
    customers.push({ id: customer.id, externalUserid, storeNo, contacts: live, task })
  }
  return { people, customers }
}

function someOf(random: Random, people: readonly Person[], count: number): Person[] {
  return [...new Set(Array.from({ length: count }, () => random.pick(people)))]
}

/** contracts.md, Sign-in: a guide their live contacts, a manager everything of their store, headquarters everything. */
export function maySeeCustomer(person: Person, { storeNo, contacts }: Known): boolean {
  if (person.role === 'hq' || contacts.includes(person)) return true
  if (person.role !== 'manager' || person.storeNo === null) return false
  return storeNo === person.storeNo || contacts.some((one) => one.storeNo === person.storeNo)
}

/** A guide their own tasks, a manager their store's, headquarters all. */
export function maySeeTask(person: Person, { task: { assignee } }: Known): boolean {
  if (person.role === 'hq' || assignee === person) return true
  return person.role === 'manager' && person.storeNo !== null && assignee.storeNo === person.storeNo
}
