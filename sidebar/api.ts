import type { CustomerProfile, TagsAnswer, TimelinePage } from '../server/api/customers/schema.ts'
import type { WhyAnswer } from '../server/api/why/schema.ts'
import type { Jssdk } from '../server/api/jssdk/schema.ts'
import type { Me } from '../server/api/me/schema.ts'
import type { LibraryTag, NewTag, TagLibrary } from '../server/api/tags/schema.ts'
import type { TaskPage, TaskView, WaitingView } from '../server/api/tasks/schema.ts'
import type { NewTouch, TouchView } from '../server/api/touches/schema.ts'
import type { DismissReason, Outcome, TaskBucket } from './words.ts'

/** Codes this side makes itself, beside those of docs/errors.md. */
type LocalErrorCode = 'OFFLINE' | 'TIMED_OUT' | 'UNREADABLE'

/** A failed call: a code of docs/errors.md or a LocalErrorCode, and a sentence for people (empty for local ones). */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly requestId: string | null
  readonly field: string | null

  constructor(
    status: number,
    answer: { code: string; message: string; requestId?: string; field?: string },
  ) {
    super(answer.message)
    this.name = 'ApiError'
    this.status = status
    this.code = answer.code
    this.requestId = answer.requestId ?? null
    this.field = answer.field ?? null
  }

  /** Whether the same call may go well later: no network, too slow, too fast, signed out, or the server is unwell. */
  get passing(): boolean {
    return (
      this.status === 0 ||
      this.status === 401 ||
      this.status === 408 ||
      this.status === 429 ||
      this.status >= 500
    )
  }
}

export interface ApiOptions {
  fetch: typeof fetch
  /** what reasons and words come in */
  language: string
  /** sees each answer's headers: the server's clock is in them */
  onAnswer?: (headers: Headers) => void
  /** called on each 401, before the error is thrown */
  onSignedOut?: () => void
  timeoutMs?: number
}

export interface TaskFilter {
  bucket: TaskBucket
  cursor?: string | undefined
  guide?: string | undefined
  store?: string | undefined
  mine?: boolean | undefined
}

export type Api = ReturnType<typeof createApi>

/** The session API as functions. Each rejects with ApiError and nothing else. */
export function createApi(options: ApiOptions) {
  const call = createCall(options)
  const get = <T>(path: string) => call<T>('GET', path)
  const post = <T>(path: string, body: object) => call<T>('POST', path, body)

  return {
    /** for pages with calls of their own */
    call,
    me: () => get<Me>('/api/me'),
    jssdk: (url: string) => get<Jssdk>(`/api/jssdk${query({ url })}`),
    customer: (id: string) => get<CustomerProfile>(`/api/customers/${encodeURIComponent(id)}`),
    customerByExternal: (externalUserId: string) =>
      get<CustomerProfile>(`/api/customers/by-external/${encodeURIComponent(externalUserId)}`),
    timeline: (id: string, filter: { cursor?: string | undefined; types?: string | undefined }) =>
      get<TimelinePage>(`/api/customers/${id}/timeline${query(filter)}`),
    /** why there is a task of a kind or none, why a customer is what they are */
    why: (id: string, kind: string) =>
      get<WhyAnswer>(`/api/customers/${encodeURIComponent(id)}/why${query({ kind })}`),
    changeTags: (id: string, change: { add: string[]; remove: string[] }) =>
      call<TagsAnswer>('PATCH', `/api/customers/${id}/tags`, change),
    addNote: (id: string, text: string) => post<unknown>(`/api/customers/${id}/notes`, { text }),
    setBirthday: (id: string, body: { birthday: string; lunarBirthday: boolean }) =>
      call<unknown>('PATCH', `/api/customers/${id}`, body),
    setConsent: (id: string, body: { consent: CustomerProfile['consent']; source: string }) =>
      post<unknown>(`/api/customers/${id}/consent`, body),
    tags: () => get<TagLibrary>('/api/tags'),
    addTag: (tag: NewTag) => post<LibraryTag>('/api/tags', tag),
    tasks: (filter: TaskFilter) =>
      get<TaskPage>(
        `/api/tasks${query({ ...filter, mine: filter.mine === undefined ? undefined : String(filter.mine) })}`,
      ),
    task: (id: string) => get<TaskView>(`/api/tasks/${encodeURIComponent(id)}`),
    /** the signed-in person's own */
    waiting: (cursor?: string) =>
      get<{ items: WaitingView[]; nextCursor: string | null }>(
        `/api/tasks/waiting${query({ cursor, mine: 'true' })}`,
      ),
    startTask: (id: string) => post<unknown>(`/api/tasks/${id}/start`, {}),
    finishTask: (id: string, body: { outcome: Outcome; note?: string }) =>
      post<unknown>(`/api/tasks/${id}/done`, body),
    snoozeTask: (id: string, until: Date) =>
      post<unknown>(`/api/tasks/${id}/snooze`, { until: until.toISOString() }),
    dismissTask: (id: string, reason: DismissReason) =>
      post<unknown>(`/api/tasks/${id}/dismiss`, { reason }),
    touch: (touch: NewTouch) => post<TouchView>('/api/touches', touch),
  }
}

/** `?a=1&b=2` of what has a value; nothing where nothing has. */
export function query(values: Record<string, string | undefined>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value) params.set(name, value)
  const text = params.toString()
  return text && `?${text}`
}

function createCall({ fetch, language, onAnswer, onSignedOut, timeoutMs = 15_000 }: ApiOptions) {
  /** @param longestMs where an answer takes its time, as a dry run over all customers does */
  return async function call<T>(
    method: string,
    path: string,
    body?: object,
    longestMs = timeoutMs,
  ): Promise<T> {
    const response = await send(method, path, body, longestMs)
    onAnswer?.(response.headers)
    if (response.ok) return read<T>(response)
    if (response.status === 401) onSignedOut?.()
    throw await toError(response)
  }

  async function send(
    method: string,
    path: string,
    body: object | undefined,
    longestMs: number,
  ): Promise<Response> {
    const stop = new AbortController()
    const timer = setTimeout(() => stop.abort(), longestMs)
    try {
      return await fetch(path, {
        method,
        credentials: 'same-origin',
        headers: {
          accept: 'application/json',
          'accept-language': language,
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: stop.signal,
      })
    } catch {
      throw localError(stop.signal.aborted ? 'TIMED_OUT' : 'OFFLINE')
    } finally {
      clearTimeout(timer)
    }
  }
}

async function read<T>(response: Response): Promise<T> {
  try {
    const text = await response.text()
    // the schema of the route is the contract for this shape
    return (text ? JSON.parse(text) : null) as T
  } catch {
    throw localError('UNREADABLE')
  }
}

function localError(code: LocalErrorCode, status = 0): ApiError {
  return new ApiError(status, { code, message: '' })
}

async function toError(response: Response): Promise<ApiError> {
  try {
    const answer: unknown = await response.json()
    if (isErrorAnswer(answer)) return new ApiError(response.status, answer)
  } catch {
    // a proxy's html page, or a connection cut in the middle: the status still tells
  }
  return localError('UNREADABLE', response.status)
}

function isErrorAnswer(value: unknown): value is { code: string; message: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  )
}
