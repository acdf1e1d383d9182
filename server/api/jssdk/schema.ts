import { Type, type Static } from 'typebox'

const Signature = Type.Object({
  timestamp: Type.Integer(),
  nonceStr: Type.String(),
  signature: Type.String(),
})

export const JssdkQuery = Type.Object({
  url: Type.String({
    maxLength: 2048,
    description: 'location.href as it is, signed to the letter',
  }),
})

/** What ww.register needs for one page. */
export const Jssdk = Type.Object({
  corpId: Type.String(),
  agentId: Type.Integer(),
  config: Signature,
  agentConfig: Signature,
})
export type Jssdk = Static<typeof Jssdk>
