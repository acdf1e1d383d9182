import { describe, expect, it } from 'vitest'
import { ApiError } from '../../sidebar/api.ts'
import {
  createUnsentTouches,
  newClientKey,
  type TouchStore,
} from '../../sidebar/state/unsent-touches.ts'

const away = new ApiError(0, { code: 'OFFLINE', message: '' })
const refused = new ApiError(404, { code: 'CUSTOMER_NOT_FOUND', message: '没有这位客户' })

function aStore(): TouchStore & { rows: Map<string, string> } {
  const rows = new Map<string, string>()
  return {
    rows,
    getItem: (key) => rows.get(key) ?? null,
    setItem: (key, value) => void rows.set(key, value),
    removeItem: (key) => void rows.delete(key),
  }
}

function aTouch(clientKey = newClientKey()) {
  return {
    customerId: '11',
    taskId: '501',
    channel: 'sidebar',
    text: '你好',
    result: 'sent',
    clientKey,
  } as const
}

describe('createUnsentTouches', () => {
  it('keeps nothing once the server has the touch', async () => {
    const store = aStore()
    const unsent = createUnsentTouches({ store, userid: 'li', post: async () => {} })

    expect(await unsent.record(aTouch())).toBe('recorded')
    expect(store.rows.size).toBe(0)
  })

  it('has the touch on record before it posts it', async () => {
    const store = aStore()
    let keptAtPost = 0
    const unsent = createUnsentTouches({
      store,
      userid: 'li',
      post: async () => {
        keptAtPost = store.rows.size
      },
    })

    await unsent.record(aTouch())

    expect(keptAtPost).toBe(1)
  })

  it('repeats a kept touch later, in another page, with the same key', async () => {
    const store = aStore()
    const posted: string[] = []
    const before = createUnsentTouches({
      store,
      userid: 'li',
      post: () => Promise.reject(away),
    })
    expect(await before.record(aTouch('key-00000001'))).toBe('kept')

    const after = createUnsentTouches({
      store,
      userid: 'li',
      post: async (touch) => void posted.push(touch.clientKey),
    })

    expect(await after.flush()).toBe(0)
    expect(posted).toEqual(['key-00000001'])
    expect(await after.flush()).toBe(0)
    expect(posted).toHaveLength(1)
  })

  it('stops repeating at the first failure and keeps the order', async () => {
    const store = aStore()
    let up = false
    const posted: string[] = []
    const unsent = createUnsentTouches({
      store,
      userid: 'li',
      post: async (touch) => {
        if (!up) throw away
        posted.push(touch.text)
      },
    })
    await unsent.record({ ...aTouch(), text: 'first' })
    await unsent.record({ ...aTouch(), text: 'second' })

    expect(await unsent.flush()).toBe(2)
    up = true
    expect(await unsent.flush()).toBe(0)
    expect(posted).toEqual(['first', 'second'])
  })

  it('tells of a touch the server refuses for good and does not repeat it', async () => {
    const store = aStore()
    const unsent = createUnsentTouches({
      store,
      userid: 'li',
      post: () => Promise.reject(refused),
    })

    await expect(unsent.record(aTouch())).rejects.toBe(refused)
    expect(unsent.size).toBe(0)
  })

  it('posts nobody else’s touches', async () => {
    const store = aStore()
    const theirs = createUnsentTouches({
      store,
      userid: 'wang',
      post: () => Promise.reject(away),
    })
    await theirs.record(aTouch())

    const mine = createUnsentTouches({ store, userid: 'li', post: async () => {} })

    expect(mine.size).toBe(0)
    expect(theirs.size).toBe(1)
  })

  it('posts a touch once when two repeats meet', async () => {
    const store = aStore()
    let posts = 0
    let up = false
    const unsent = createUnsentTouches({
      store,
      userid: 'li',
      post: async () => {
        if (!up) throw away
        posts++
        await new Promise((done) => setTimeout(done, 5))
      },
    })
    await unsent.record(aTouch())
    up = true

    await Promise.all([unsent.flush(), unsent.flush()])

    expect(posts).toBe(1)
  })

  it('works on when the browser keeps nothing, as long as the page lives', async () => {
    let up = false
    const full: TouchStore = {
      getItem: () => null,
      setItem: () => {
        throw new Error('QuotaExceededError')
      },
      removeItem: () => {},
    }
    const unsent = createUnsentTouches({
      store: full,
      userid: 'li',
      post: async () => {
        if (!up) throw away
      },
    })

    expect(await unsent.record(aTouch())).toBe('kept')
    expect(unsent.size).toBe(1)
    up = true
    expect(await unsent.flush()).toBe(0)
  })

  it('reads what is not ours in the store as empty', () => {
    const store = aStore()
    store.rows.set('unsent-touches:li', '{"not":"a list"')

    expect(createUnsentTouches({ store, userid: 'li', post: async () => {} }).size).toBe(0)
  })
})
