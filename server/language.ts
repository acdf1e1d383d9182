import type { FastifyRequest } from 'fastify'
import type { Lang } from '../domain/words.ts'

/** The language of sentences in the answer: English where the browser puts it first, else Chinese. */
export function languageOf(request: FastifyRequest): Lang {
  const first = request.headers['accept-language']?.split(',')[0] ?? ''
  return /^en\b/i.test(first.trim()) ? 'en' : 'zh-CN'
}
