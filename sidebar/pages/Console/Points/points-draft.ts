import type { PointsProgramme } from '../../../../domain/points-programme.ts'
import type { ProgrammeView } from '../../../../server/api/points-programme/schema.ts'
import type { PointsWords } from './points-words.ts'

export type PointsField = keyof PointsProgramme

/** The numbers under edit: one whose field is empty is null. */
export type DraftParams = { startsOn: string } & Record<
  Exclude<PointsField, 'startsOn'>,
  number | null
>

/** The programme as somebody is editing it, and the version that they began with. */
export interface PointsDraft {
  version: number
  enabled: boolean
  params: DraftParams
}

/** The programme in force as a draft without changes. */
export function draftOf({ version, enabled, params }: ProgrammeView): PointsDraft {
  return { version, enabled, params }
}

/** What differs between two versions, for people. */
export function programmeChanges(
  before: Omit<PointsDraft, 'version'>,
  after: Omit<PointsDraft, 'version'>,
  words: PointsWords,
): { label: string; from: string; to: string }[] {
  const onOff = ({ enabled }: { enabled: boolean }) => (enabled ? words.on : words.off)
  // the words name each field once
  const fields = Object.keys(words.labels) as PointsField[]
  const lines = fields
    .filter((field) => before.params[field] !== after.params[field])
    .map((field) => ({
      label: words.labels[field],
      from: String(before.params[field] ?? '–'),
      to: String(after.params[field] ?? '–'),
    }))
  return before.enabled === after.enabled
    ? lines
    : [{ label: words.status, from: onOff(before), to: onOff(after) }, ...lines]
}
