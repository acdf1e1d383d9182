import { request } from 'undici'
import { encryptMessage, signMessage } from '../../bot/wecom/crypto.ts'
import { Problem, said, type CheckDeps, type Said } from './check.ts'

export function checkPublicUrl({ config }: CheckDeps): Promise<Said> {
  const url = new URL(config.publicUrl)
  if (url.protocol !== 'https:' && url.hostname !== '127.0.0.1' && url.hostname !== 'localhost') {
    throw new Problem(
      said(`${config.publicUrl} 不是 https`, `${config.publicUrl} is not https`),
      said(
        '企业微信只打开 https 的网页；域名要和应用的「可信域名」一字不差，端口也一样。',
        'WeCom opens pages on https only; the host must be the app’s 可信域名, exactly, port included.',
      ),
    )
  }
  return Promise.resolve(said(config.publicUrl, config.publicUrl))
}

/** Asks our own callback address to verify, as WeCom does when it is entered in the console. */
export async function checkCallback({ config }: CheckDeps): Promise<Said> {
  const word = String(Date.now())
  const echostr = encryptMessage({
    aesKey: config.callbackAesKey,
    receiveId: config.corpId,
    message: word,
  })
  const timestamp = String(Math.floor(Date.now() / 1000))
  const nonce = word.slice(-6)
  const signature = signMessage({ token: config.callbackToken, timestamp, nonce, encrypt: echostr })
  const query = new URLSearchParams({ msg_signature: signature, timestamp, nonce, echostr })
  const address = `${config.publicUrl}/wecom/callback`
  const remedy = said(
    `确认服务已启动，并且 ${address} 能到达它：代理、防火墙、域名解析。`,
    `Start the server (npm start) and make ${address} reach it: proxy, firewall, DNS.`,
  )
  try {
    const answer = await request(`${address}?${query.toString()}`, { headersTimeout: 5_000 })
    const body = await answer.body.text()
    if (answer.statusCode === 200 && body === word) {
      return said(`${address} 验证通过`, `${address} verifies`)
    }
    throw new Problem(
      said(`${address} 回了 ${answer.statusCode}`, `${address} answered ${answer.statusCode}`),
      remedy,
    )
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem(said(`连不上 ${address}`, `${address} can't be reached`), remedy)
  }
}
