import { ApiError, invalid } from './api-error.ts'
import { checkUrl } from './card-check.ts'
import { needObject, needText, textOf, type Fields, isFields } from './params.ts'

const MAX = 9

/** Attachments of mass and welcome messages: at most 9 (41064), each of a known kind (41065). */
export function checkAttachments(body: Fields): Fields[] {
  const value = body['attachments']
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new ApiError(41065, 'invalid attachments')
  if (value.length > MAX) throw new ApiError(41064, 'too many attachments')
  return value.map((attachment: unknown) => {
    if (!isFields(attachment)) throw new ApiError(41065, 'invalid attachments')
    const kind = KINDS[needText(attachment, 'msgtype')]
    if (!kind) throw new ApiError(41065, 'invalid attachment msgtype')
    kind(needObject(attachment, String(attachment['msgtype'])))
    return attachment
  })
}

// the sandbox keeps no media: an id can only be one it never gave
const media = (content: Fields, name: string) => {
  needText(content, name)
  throw new ApiError(40007, 'invalid media_id')
}

const KINDS: Record<string, (content: Fields) => void> = {
  image: (content) => {
    if (textOf(content, 'pic_url') === undefined) media(content, 'media_id')
    else checkUrl(content, 'pic_url')
  },
  link: (content) => {
    needText(content, 'title')
    limitBytes(content, 'title', 128)
    limitBytes(content, 'desc', 512)
    if (textOf(content, 'picurl') !== undefined) checkUrl(content, 'picurl')
    checkUrl(content, 'url')
  },
  miniprogram: (content) => {
    needText(content, 'title', { bytes: 64 })
    needText(content, 'appid')
    needText(content, 'page')
    media(content, 'pic_media_id')
  },
  video: (content) => media(content, 'media_id'),
  file: (content) => media(content, 'media_id'),
}

function limitBytes(content: Fields, name: string, bytes: number): void {
  const value = textOf(content, name)
  if (value !== undefined && Buffer.byteLength(value) > bytes) {
    throw invalid(name, `at most ${bytes} bytes`)
  }
}
