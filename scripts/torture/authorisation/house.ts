import { randomBytes } from 'node:crypto'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { createApiKey, revokeApiKey } from '../../../bot/members/api-keys.ts'
import type { Database } from '../../../prisma/db.ts'
import type { AppDeps } from '../../../server/deps.ts'
import { twoStores, type TwoStores } from '../../../tests/server/support/two-stores.ts'
import { aGuide } from '../../../tests/support/chain.ts'
import { buildTestApp } from '../../../tests/support/test-app.ts'
import type { Asker } from './askers.ts'
import { createSealer } from './sealer.ts'

/** The whole HTTP host around two stores, every route it has, and everybody who may ask. */
export interface House {
  app: FastifyInstance
  deps: AppDeps
  db: Database
  people: TwoStores
  /** by `METHOD /path/:param`; HEAD and OPTIONS follow their GET */
  routes: ReadonlyMap<string, RouteOptions>
  headers: Record<Asker, Record<string, string>>
  /** the header of somebody with a session of theirs, sealed now */
  signedIn: (userid: string) => { cookie: string }
  close: () => Promise<void>
}

/** one hour more than a session holds */
const EXPIRED_SECONDS = 13 * 3600

/** Opens the house on a migrated, empty database. */
export async function openHouse(db: Database): Promise<House> {
  const routes = new Map<string, RouteOptions>()
  const built = await buildTestApp(db, {
    requestsPerMinute: 10_000_000,
    onRoute: (route) => namesOf(route).forEach((name) => routes.set(name, route)),
  })
  const people = await twoStores(db)
  const former = await aGuide(db, { userid: 'LiZhi', name: '离职', active: false })
  const { app, deps } = built
  const ours = await createSealer(Buffer.from(deps.config.sessionKey, 'hex'))
  // another corp's assistant seals with a key of its own, for a userid that we have too
  const theirs = await createSealer(randomBytes(32))
  const seal = (userid: string, more: object = {}) => ({ cookie: ours.seal(userid, more) })
  const now = deps.clock.now()
  const key = await makeKey(db, 'erp', now)
  const revoked = await makeKey(db, 'old erp', now)
  await revokeApiKey(db.prisma, 'old erp', now)
  const own = seal(people.guide.userid)
  return {
    app,
    deps,
    db,
    people,
    routes,
    signedIn: seal,
    headers: {
      anonymous: {},
      'tampered cookie': {
        cookie: own.cookie.replace(/=(.)/, (_, c) => `=${c === 'A' ? 'B' : 'A'}`),
      },
      // the plugin's own field for when a session was sealed
      'expired cookie': seal(people.guide.userid, {
        __ts: Math.round(Date.now() / 1000) - EXPIRED_SECONDS,
      }),
      'other corp': { cookie: theirs.seal(people.hq.userid) },
      'former guide': seal(former.userid),
      'own guide': own,
      colleague: seal(people.otherGuide.userid),
      'far guide': seal(people.farGuide.userid),
      'own manager': seal(people.manager.userid),
      'far manager': seal(people.farManager.userid),
      hq: seal(people.hq.userid),
      'revoked key': { authorization: `Bearer ${revoked}` },
      'chain’s system': { authorization: `Bearer ${key}` },
    },
    close: async () => {
      await Promise.all([ours.close(), theirs.close()])
      await built.close()
    },
  }
}

async function makeKey(db: Database, name: string, now: Date): Promise<string> {
  const made = await createApiKey(db.prisma, name, now)
  if (!made.ok) throw new Error(`no key ${name}: ${made.why}`)
  return made.key
}

/** `METHOD /path/:param` of a route. */
function namesOf({ method, url }: RouteOptions): string[] {
  return [method]
    .flat()
    .filter((word) => word !== 'HEAD' && word !== 'OPTIONS')
    .map((word) => `${word} ${url}`)
}
