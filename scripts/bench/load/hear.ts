import type { ChildProcess } from 'node:child_process'

/**
 * The next message of a child process.
 *
 * @param name of the child, for the error
 * @throws when it ends instead
 */
export function hear<Message>(child: ChildProcess, name: string): Promise<Message> {
  return new Promise((done, fail) => {
    const onMessage = (message: unknown): void => {
      child.off('exit', onExit)
      // both ends are scripts of this folder's users and share the message's type
      done(message as Message)
    }
    const onExit = (code: number | null): void => {
      child.off('message', onMessage)
      fail(new Error(`${name} ended with ${code ?? 'a signal'}`))
    }
    child.once('message', onMessage)
    child.once('exit', onExit)
  })
}
