import type { FastifyInstance, FastifyReply } from 'fastify'
import { confirmMass } from '../api/mass.ts'
import { leaveCompany, refuseTransfer } from '../api/transfer.ts'
import { memberOf, type World } from '../core/world.ts'
import type { EventStreams } from '../pages/event-stream.ts'
import { chat, chooseCardMenu, clickCard, enterApp, writeToApp } from './actions.ts'
import { createBridge } from './bridge.ts'
import { addRelation, changeRelation, editRemark, editTags, newCustomer } from './relations.ts'
import { bodyOf, need, needMember, type Body } from './request.ts'
import { editLibrary } from './tag-library.ts'
import { listCustomers, listMembers, listTags, messagesFor, stateOf } from './views.ts'
import { UiError } from './ui-error.ts'

type Action = (world: World, body: Body) => object

const ACTIONS: Record<string, Action> = {
  'card-click': clickCard,
  'card-menu': chooseCardMenu,
  'app-text': writeToApp,
  'enter-agent': enterApp,
  chat,
  relation: changeRelation,
  add: addRelation,
  'new-customer': newCustomer,
  tags: editTags,
  remark: editRemark,
  'tag-library': editLibrary,
  'mass-send': (world, body) => {
    const task = confirmMass(world, need(body, 'as'), need(body, 'msgid'))
    if (!task) throw new UiError(409, '这个群发任务已经发过、已取消，或不是你的')
    return {}
  },
  'transfer-refuse': (world, body) => {
    if (!refuseTransfer(world, need(body, 'externalUserid'))) {
      throw new UiError(409, '没有等待中的转接')
    }
    return {}
  },
  leave: (world, body) => {
    leaveCompany(world, needMember(world, need(body, 'userid')).userid)
    return {}
  },
  visible: changeVisible,
}

/** POST visible { userid, visible }: the member joins or leaves the app's visible range. */
function changeVisible(world: World, body: Body): object {
  const member = needMember(world, need(body, 'userid'))
  const visible = body['visible'] === true
  if (member.visible === visible) return { visible }
  member.visible = visible
  const event = visible ? 'subscribe' : 'unsubscribe'
  world.emit({
    FromUserName: member.userid,
    Event: event,
    EventKey: '',
    AgentID: world.corp.agentId,
  })
  world.touched()
  return { visible }
}

/** What the client pages talk to, under /sandbox/ui. */
export function uiRoutes(app: FastifyInstance, world: World, streams: EventStreams): void {
  const bridge = createBridge()
  const queryOf = (query: unknown) => bodyOf(query)
  app.get('/sandbox/ui/members', () => ({ items: listMembers(world) }))
  app.get('/sandbox/ui/customers', () => ({ items: listCustomers(world) }))
  app.get('/sandbox/ui/tags', () => ({ items: listTags(world) }))
  app.get('/sandbox/ui/state', ({ query }) => stateOf(world, need(queryOf(query), 'as')))
  app.get('/sandbox/ui/messages', ({ query }) =>
    messagesFor(world, need(queryOf(query), 'as'), need(queryOf(query), 'with')),
  )
  app.get('/sandbox/ui/stream', ({ query }, reply: FastifyReply) => {
    const as = bodyOf(query)['as']
    const named = typeof as === 'string' && as !== '' ? as : null
    const id = named !== null && memberOf(world, named) ? named.toLowerCase() : named
    streams.open(reply, (push) => {
      const stopLive = world.live.listen(id, () => push({ changed: true }, 'changed'))
      const stopClock = world.clock.onJump(() => push({ changed: true }, 'changed'))
      return () => {
        stopLive()
        stopClock()
      }
    })
  })
  app.post('/sandbox/ui/bridge', ({ body }) => bridge.invoke(world, bodyOf(body)))
  for (const [name, action] of Object.entries(ACTIONS)) {
    app.post(`/sandbox/ui/${name}`, ({ body }) => ({ ok: true, ...action(world, bodyOf(body)) }))
  }
}
