import type { BotDeps } from '../../../bot/deps.ts'
import { WecomError } from '../../../bot/wecom/error-table.ts'
import { NotAnEmployee, SignInRefused, WecomUnavailable } from '../../errors.ts'
import { findSignedIn, type SignedIn } from '../../session.ts'

/**
 * Exchanges WeCom's code for a person on our list.
 *
 * @throws SIGN_IN_REFUSED for a code that WeCom doesn't take, NOT_AN_EMPLOYEE for people who are not on the list or
 *   have left, WECOM_UNAVAILABLE when WeCom doesn't answer
 */
export async function whoSignedIn(deps: BotDeps, code: string, traceId: string): Promise<SignedIn> {
  const answer = await askWecom(deps, code, traceId)
  const userid = answer.userid ?? answer.UserId
  const user = userid ? await findSignedIn(deps.db, userid) : undefined
  if (!user) throw new NotAnEmployee()
  return user
}

/** a member has a userid (UserId in older answers), anybody else an openid */
interface UserInfo {
  userid?: string
  UserId?: string
}

async function askWecom(deps: BotDeps, code: string, traceId: string): Promise<UserInfo> {
  try {
    return await deps.wecom.get<UserInfo>('/cgi-bin/auth/getuserinfo', { code }, { traceId })
  } catch (error) {
    // a code is good once and for five minutes (wecom-protocol 2.2: 40029)
    if (error instanceof WecomError && error.action === 'give_up') {
      throw new SignInRefused('这次登录已经用过或过期了。')
    }
    if (error instanceof WecomError) throw new WecomUnavailable(String(error.errcode))
    throw error
  }
}
