/** One change shown before the server knows of it. */
export interface Change<State, Answer> {
  /** the state as if the change had happened; pure */
  apply: (state: State) => State
  send: () => Promise<Answer>
  /** the true state once the server answered; the changes after this one are applied on top of it */
  settle: (state: State, answer: Answer) => State
}

export interface Optimistic<State> {
  run: <Answer>(change: Change<State, Answer>) => Promise<Answer>
  /** changes the server has not answered yet */
  readonly pending: number
}

/**
 * Shows each change at once and sends them one after another, in order. A change that fails is taken out and the
 * others stay: the shown state is always the last true one with the unanswered changes on top. `run` rejects with
 * what `send` rejected with, after the state is rolled back.
 */
export function createOptimistic<State>(store: {
  read: () => State
  write: (state: State) => void
}): Optimistic<State> {
  const waiting: ((state: State) => State)[] = []
  let truth: State
  let last: Promise<unknown> = Promise.resolve()

  function show(): void {
    store.write(waiting.reduce((state, apply) => apply(state), truth))
  }

  function take(apply: (state: State) => State): void {
    waiting.splice(waiting.indexOf(apply), 1)
    show()
  }

  return {
    get pending() {
      return waiting.length
    },
    async run(change) {
      const apply = (state: State) => change.apply(state)
      if (waiting.length === 0) truth = store.read()
      waiting.push(apply)
      show()
      const sent = last.then(change.send)
      last = sent.catch(() => undefined)
      try {
        const answer = await sent
        truth = change.settle(truth, answer)
        return answer
      } finally {
        take(apply)
      }
    },
  }
}
