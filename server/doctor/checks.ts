import { checkCallback, checkPublicUrl } from './check-addresses.ts'
import type { CheckName } from './check-names.ts'
import { said, type Check } from './check.ts'
import { checkClock, checkDatabase } from './check-machine.ts'
import { checkApp, checkFollowers, checkTags, checkTickets, checkToken } from './check-wecom.ts'

/** What a real set-up needs: the doctor's checks, and the console's. */
export const CHECKS: Record<CheckName, Check> = {
  database: {
    title: said('数据库', 'database'),
    about: said('所有数据和排队的作业都在里面。', 'It holds all data and all waiting jobs.'),
    needsDatabase: true,
    run: checkDatabase,
  },
  clock: {
    title: said('时钟', 'clock'),
    about: said(
      '时间不准，签名会被拒绝，卡片也会发错时候。',
      'A wrong clock gets signatures refused and cards sent at the wrong time.',
    ),
    run: checkClock,
  },
  token: {
    title: said('访问凭证和可信 IP', 'token, trusted IP'),
    about: said('没有它，什么都发不出去、读不到。', 'Without it nothing is sent and nothing read.'),
    needsDatabase: true,
    run: checkToken,
  },
  app: {
    title: said('应用', 'app'),
    about: said('卡片和消息以这个应用的名义发出。', 'Cards and messages go out in its name.'),
    needsDatabase: true,
    run: checkApp,
  },
  customer_contact: {
    title: said('客户联系', 'customer contact'),
    about: said(
      '有了这个权限，才读得到导购的客户。',
      'With this permission the customers of guides are read.',
    ),
    needsDatabase: true,
    run: checkFollowers,
  },
  tags: {
    title: said('标签', 'tags'),
    about: said('标签要在这里和企业微信之间同步。', 'Tags are kept in step with WeCom.'),
    needsDatabase: true,
    run: checkTags,
  },
  js_tickets: {
    title: said('网页凭证', 'JS tickets'),
    about: said(
      '聊天侧边栏靠它识别客户、发送话术。',
      'The chat sidebar knows the customer and sends words by them.',
    ),
    needsDatabase: true,
    run: checkTickets,
  },
  public_address: {
    title: said('对外地址', 'public address'),
    about: said('导购和店长打开的就是它。', 'What guides and managers open.'),
    run: checkPublicUrl,
  },
  callback_address: {
    title: said('回调地址', 'callback address'),
    about: said(
      '加好友、删好友、改标签，企业微信都从这里告诉我们。',
      'WeCom tells us here of new and lost contacts and of tags.',
    ),
    run: checkCallback,
  },
}
