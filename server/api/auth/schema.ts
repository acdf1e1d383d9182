import { Type } from 'typebox'

export const LoginQuery = Type.Object({
  /** where to go afterwards: a path of ours */
  to: Type.Optional(Type.String({ maxLength: 2048 })),
})

export const CallbackQuery = Type.Object({
  code: Type.Optional(Type.String({ maxLength: 512 })),
  state: Type.Optional(Type.String({ maxLength: 128 })),
})
