import { Type, type Static } from 'typebox'
import { PROCESS_ROLES } from '../../config.ts'
import { oneOf } from '../shapes.ts'

/** How the assistant is set up, without its secrets. */
export const EnvironmentView = Type.Object({
  version: Type.String(),
  corpId: Type.String(),
  agentId: Type.Integer(),
  publicUrl: Type.String(),
  callbackUrl: Type.String(),
  zone: Type.String(),
  scanAt: Type.String(),
  pushAt: Type.String(),
  roles: Type.Array(oneOf(PROCESS_ROLES)),
})
export type EnvironmentView = Static<typeof EnvironmentView>
