import type { Config } from '../../config.ts'

/**
 * Where WeCom asks who somebody is (wecom-protocol 3.3): OAuth without a question inside WeCom, a code to scan in
 * any other browser.
 *
 * @param userAgent the browser's; WeCom's own names itself wxwork
 * @param state letters and digits only, at most 128 (wecom-protocol 3.3)
 */
export function authorizeUrl(
  config: Pick<Config, 'wecomOauthUrl' | 'wecomSsoUrl' | 'corpId' | 'agentId' | 'publicUrl'>,
  userAgent: string,
  state: string,
): string {
  const back = `${config.publicUrl}/auth/callback`
  if (/wxwork/i.test(userAgent)) {
    const query = new URLSearchParams({
      appid: config.corpId,
      redirect_uri: back,
      response_type: 'code',
      scope: 'snsapi_base',
      state,
      agentid: String(config.agentId),
    })
    return `${config.wecomOauthUrl}/connect/oauth2/authorize?${query.toString()}#wechat_redirect`
  }
  const query = new URLSearchParams({
    login_type: 'CorpApp',
    appid: config.corpId,
    agentid: String(config.agentId),
    redirect_uri: back,
    state,
  })
  return `${config.wecomSsoUrl}/wwlogin/sso/login?${query.toString()}`
}
