import { describe, expect, it } from 'vitest'
import { createOptimistic } from '../../sidebar/state/optimistic.ts'

function aStore(initial: string[]) {
  let state = initial
  const shown: string[][] = []
  const store = {
    read: () => state,
    write: (next: string[]) => {
      state = next
      shown.push(next)
    },
  }
  return { optimistic: createOptimistic(store), shown, state: () => state }
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  let reject: (reason: Error) => void = () => {}
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

const adding = (word: string, send: () => Promise<string[]>) => ({
  apply: (state: string[]) => [...state, word],
  send,
  settle: (_: string[], answer: string[]) => answer,
})

describe('createOptimistic', () => {
  it('shows a change before it is sent', () => {
    const { optimistic, state } = aStore(['a'])

    void optimistic.run(adding('b', () => new Promise(() => {})))

    expect(state()).toEqual(['a', 'b'])
    expect(optimistic.pending).toBe(1)
  })

  it('takes back a change that failed and tells', async () => {
    const { optimistic, state } = aStore(['a'])

    const run = optimistic.run(adding('b', () => Promise.reject(new Error('no'))))

    await expect(run).rejects.toThrow('no')
    expect(state()).toEqual(['a'])
    expect(optimistic.pending).toBe(0)
  })

  it('keeps the other changes when one of them fails', async () => {
    const { optimistic, state } = aStore([])
    const first = deferred<string[]>()
    const second = deferred<string[]>()

    const one = optimistic.run(adding('b', () => first.promise)).catch(() => 'failed')
    const two = optimistic.run(adding('c', () => second.promise))
    first.reject(new Error('no'))
    await one

    expect(state()).toEqual(['c'])
    second.resolve(['c'])
    await two
    expect(state()).toEqual(['c'])
  })

  it('does not drop a later change when the answer to an earlier one arrives', async () => {
    const { optimistic, state } = aStore([])
    const first = deferred<string[]>()

    const one = optimistic.run(adding('b', () => first.promise))
    void optimistic.run(adding('c', () => new Promise(() => {})))
    first.resolve(['b', 'from elsewhere'])
    await one

    expect(state()).toEqual(['b', 'from elsewhere', 'c'])
  })

  it('starts from what is shown now, not from what was true at the last change', async () => {
    let state = ['a']
    const optimistic = createOptimistic<string[]>({
      read: () => state,
      write: (next) => {
        state = next
      },
    })
    await optimistic.run(adding('b', async () => ['a', 'b']))
    state = ['fetched since']

    void optimistic.run(adding('c', () => new Promise(() => {})))

    expect(state).toEqual(['fetched since', 'c'])
  })

  it('sends changes one after another, in order', async () => {
    const { optimistic } = aStore([])
    const first = deferred<string[]>()
    const sent: string[] = []

    const one = optimistic.run(
      adding('b', () => {
        sent.push('b')
        return first.promise
      }),
    )
    const two = optimistic.run(
      adding('c', async () => {
        sent.push('c')
        return ['b', 'c']
      }),
    )
    await Promise.resolve()
    expect(sent).toEqual(['b'])
    first.resolve(['b'])
    await Promise.all([one, two])

    expect(sent).toEqual(['b', 'c'])
  })
})
