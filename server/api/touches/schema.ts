import { Type, type Static } from 'typebox'
import { Id, Moment, nullable, oneOf } from '../shapes.ts'

/** What the SDK answered to a send, or what the guide says they did. */
export const NewTouch = Type.Object(
  {
    customerId: Id,
    taskId: Type.Optional(Id),
    /** of the task's words, also where the guide changed them before sending */
    templateId: Type.Optional(Type.Union([Type.String({ maxLength: 64 }), Type.Null()])),
    variant: Type.Optional(Type.Union([Type.String({ maxLength: 64 }), Type.Null()])),
    channel: oneOf(['sidebar', 'phone', 'store']),
    text: Type.String({ maxLength: 4000 }),
    result: oneOf(['sent', 'cancelled', 'failed']),
    /** the browser's own key: a repeated post is one touch */
    clientKey: Type.Optional(Type.String({ minLength: 8, maxLength: 64 })),
  },
  { additionalProperties: false },
)
export type NewTouch = Static<typeof NewTouch>

export const TouchView = Type.Object({
  id: Id,
  customerId: Id,
  taskId: nullable(Id),
  channel: Type.String(),
  text: Type.String(),
  result: oneOf(['sent', 'cancelled', 'failed']),
  at: Moment,
})
export type TouchView = Static<typeof TouchView>
