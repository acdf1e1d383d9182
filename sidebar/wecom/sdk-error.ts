import { HostError } from './chat-host.ts'

/** The SDK's rejection as ours: it rejects with the client's result object, whose errMsg is `name:why`. */
export function toHostError(reason: unknown): HostError {
  if (reason instanceof HostError) return reason
  const message = errMsgOf(reason)
  const why = message.slice(message.indexOf(':') + 1).toLowerCase()
  if (why.includes('cancel')) return new HostError('cancelled', message)
  if (why.includes('without context')) return new HostError('wrong_entry', message)
  if (why.includes('no permission') || why.includes('permission denied')) {
    return new HostError('no_permission', message)
  }
  if (/invalid signature|agentconfig|preverifyjsapi/i.test(message)) {
    return new HostError('sign_failed', message)
  }
  return new HostError('failed', message)
}

/** Whether an unhandled rejection is the one the SDK leaves behind when config fails (wecom-protocol 4.3). */
export function isSdkLeftover(reason: unknown): boolean {
  return /^(agentConfig|config|preVerifyJSAPI):/i.test(errMsgOf(reason))
}

function errMsgOf(reason: unknown): string {
  if (typeof reason === 'object' && reason !== null && 'errMsg' in reason) {
    return String(reason.errMsg)
  }
  return reason instanceof Error ? reason.message : String(reason)
}
