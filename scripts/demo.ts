import { parseArgs } from 'node:util'
import closeWithGrace from 'close-with-grace'
import { startDemo } from './support/demo.ts'
import { runScript } from './support/open.ts'

const HELP = `npm run demo [-- --fresh]
Starts a real PostgreSQL, a stand-in for WeCom, a seeded chain and the assistant, and prints what to open.
A second run keeps the data; --fresh starts over. Ctrl-C stops all of it.`

await runScript(async () => {
  const { values } = parseArgs({
    options: {
      fresh: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(`${HELP}\n`)
    return
  }
  const say = (text: string) => process.stdout.write(`${text}\n`)
  const demo = await startDemo({ fresh: values.fresh, say })
  closeWithGrace({ delay: 10_000, logger: false }, async ({ err }) => {
    if (err) process.stderr.write(`${err.stack ?? String(err)}\n`)
    say('\n正在停下… Stopping.')
    await demo.close()
  })
  say(tour(demo.sandboxUrl, demo.assistantUrl))
})

/** What to open and what to do first, for somebody who reads nothing else. */
function tour(sandbox: string, assistant: string): string {
  return `
────────────────────────────────────────────────────────────────────────
 准备好了 · Ready

 1. 打开导购的企业微信   ${sandbox}/client?as=wangxiaoming
 2. 点上方「下一个 9:00」，导购助手会发来今天的任务卡片
 3. 在卡片上点「去聊天」，或点左侧任一客户：右边就是聊天侧边栏
    看看为什么现在联系、点一下打标签、再点「发送」
 4. 点聊天上方「客户的微信」，看看客户收到了什么
 5. 店长看结果（用无痕窗口，一个浏览器只登录一个人）
                         ${sandbox}/client?as=xuhui.dianzhang  → 工作台 → 管理台
 6. 总部调规则、等级、话术，看设置
                         ${sandbox}/client?as=shenlan  → 工作台 → 管理台

 Open 1, press 「下一个 9:00」 (next 9:00), follow a card to its chat, send the words;
 客户的微信 above the chat is what the customer sees; 5, in a private window, is the manager's view, 6 headquarters'. Ctrl-C stops everything.

 接口文档 API            ${assistant}/docs
 开放接口的钥匙 API key  npm run keys -- create my-pos
 重新开始 start over     npm run demo -- --fresh
────────────────────────────────────────────────────────────────────────`
}
