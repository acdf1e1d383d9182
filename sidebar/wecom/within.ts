import { HostError } from './chat-host.ts'

/**
 * The promise, or HostError 'timed_out' after `ms`: the SDK itself waits for ever (wecom-protocol 4.3).
 * @param what name of the call, for the error's detail
 */
export function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new HostError('timed_out', `${what} after ${ms} ms`)), ms)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
