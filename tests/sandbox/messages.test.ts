import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { corp, start, type Running } from './start.ts'

const text = (content: string, more: object = {}) => ({
  touser: 'WangXiaoming',
  agentid: corp.agentId,
  msgtype: 'text',
  text: { content },
  ...more,
})

const card = (more: object = {}) => ({
  card_type: 'button_interaction',
  task_id: 'task-1',
  main_title: { title: '生日' },
  button_list: [{ text: '已完成', key: 'done' }],
  ...more,
})

const cardMessage = (template: object) => ({
  touser: 'WangXiaoming',
  agentid: corp.agentId,
  msgtype: 'template_card',
  template_card: template,
})

interface Shown {
  id: string
  msgtype: string
  text?: string
  card?: Record<string, unknown>
}

async function shown({ get }: Running, as = 'WangXiaoming'): Promise<Shown[]> {
  const answer = await get(`/sandbox/ui/messages?as=${as}&with=app`)
  return ((await answer.json()) as { items: Shown[] }).items
}

describe('message/send', () => {
  it('shows the message to each member and names in lower case those it cannot reach', async () => {
    const running = await start()

    const answer = await running.api('message/send', text('早', { touser: 'wangxiaoming|Nobody' }))

    expect(answer).toMatchObject({ errcode: 0, invaliduser: 'nobody' })
    expect((await shown(running)).map((message) => message.text)).toEqual(['早'])
  })

  it('cuts a text at 2048 bytes, never inside a character', async () => {
    const running = await start()

    await running.api('message/send', text('张'.repeat(700)))

    expect((await shown(running))[0]?.text).toBe('张'.repeat(682))
  })

  it.each([
    ['nobody within reach', text('x', { touser: 'nobody' }), 81013],
    ['no recipient', text('x', { touser: '' }), 40063],
    [
      '1001 recipients',
      text('x', { touser: Array.from({ length: 1001 }, (_, n) => n).join('|') }),
      40058,
    ],
    ['another agent', text('x', { agentid: 7 }), 40056],
    ['an unknown msgtype', text('x', { msgtype: 'fax', fax: {} }), 40008],
    ['no content', text(''), 40063],
    ['content of a wrong type', text('x', { text: { content: 5 } }), 40063],
    [
      'a markdown over 2048 bytes',
      text('x', { msgtype: 'markdown', markdown: { content: '张'.repeat(683) } }),
      45002,
    ],
    [
      'a title of 37 characters',
      cardMessage(card({ main_title: { title: '字'.repeat(37) } })),
      45002,
    ],
    [
      'a button of 11 characters',
      cardMessage(card({ button_list: [{ text: '字'.repeat(11), key: 'k' }] })),
      45002,
    ],
    [
      'seven buttons',
      cardMessage(
        card({ button_list: Array.from({ length: 7 }, (_, n) => ({ text: 'b', key: `${n}` })) }),
      ),
      40058,
    ],
    [
      'a key of 1025 bytes',
      cardMessage(card({ button_list: [{ text: 'b', key: 'k'.repeat(1025) }] })),
      40058,
    ],
    [
      'two buttons of one key',
      cardMessage(
        card({
          button_list: [
            { text: 'a', key: 'k' },
            { text: 'b', key: 'k' },
          ],
        }),
      ),
      40058,
    ],
    ['no button', cardMessage(card({ button_list: undefined })), 40063],
    ['no task_id', cardMessage(card({ task_id: undefined })), 40063],
    ['a task_id with a space', cardMessage(card({ task_id: 'a b' })), 42014],
    ['a task_id of 129 bytes', cardMessage(card({ task_id: 'a'.repeat(129) })), 42014],
    [
      'a keyname of six characters',
      cardMessage(card({ horizontal_content_list: [{ keyname: '一二三四五六' }] })),
      45002,
    ],
    [
      'seven fields',
      cardMessage(
        card({ horizontal_content_list: Array.from({ length: 7 }, () => ({ keyname: 'k' })) }),
      ),
      40058,
    ],
    [
      'a notice without card_action',
      cardMessage({ card_type: 'text_notice', main_title: { title: 'x' } }),
      40063,
    ],
    [
      'a notice without words',
      cardMessage({ card_type: 'text_notice', card_action: { type: 1, url: 'http://a' } }),
      40063,
    ],
    [
      'a link without scheme',
      cardMessage({
        card_type: 'text_notice',
        sub_title_text: 'x',
        card_action: { type: 1, url: 'a.cn' },
      }),
      40058,
    ],
    [
      'a menu without task_id',
      cardMessage({
        card_type: 'text_notice',
        sub_title_text: 'x',
        card_action: { type: 1, url: 'http://a' },
        action_menu: { action_list: [{ text: 'a', key: 'a' }] },
      }),
      40063,
    ],
    ['a picture that is nowhere', text('x', { msgtype: 'image', image: { media_id: 'm' } }), 40007],
  ])('refuses %s', async (_what, body, errcode) => {
    const running = await start()

    const answer = await running.api('message/send', body)

    expect(answer.errcode).toBe(errcode)
    expect(await shown(running)).toEqual([])
  })

  it('takes a card at exactly its limits', async () => {
    const { api } = await start()

    const full = card({
      task_id: 'A-_@'.repeat(32),
      main_title: { title: '字'.repeat(36), desc: '字'.repeat(44) },
      sub_title_text: '字'.repeat(160),
      button_list: Array.from({ length: 6 }, (_, n) => ({ text: '字'.repeat(10), key: `${n}` })),
    })

    expect(await api('message/send', cardMessage(full))).toMatchObject({ errcode: 0 })
  })

  it('refuses a task_id the second time', async () => {
    const { api } = await start()

    await api('message/send', cardMessage(card()))

    expect(await api('message/send', cardMessage(card()))).toMatchObject({ errcode: 42014 })
  })

  it('delivers the same request once within the interval when asked to check', async () => {
    const running = await start()
    const body = text('早', { enable_duplicate_check: 1, duplicate_check_interval: 600 })

    await running.api('message/send', body)
    const second = await running.api('message/send', body)
    running.sandbox.clock.advance(601_000)
    await running.api('message/send', body)

    expect(second.errcode).toBe(0)
    expect(await shown(running)).toHaveLength(2)
  })

  it('drops the 31st message to one member within a minute without a word', async () => {
    const running = await start()
    for (let n = 0; n < 30; n += 1) await running.api('message/send', text(`${n}`))

    const over = await running.api('message/send', text('30'))
    const other = await running.api('message/send', text('30', { touser: 'lihua' }))
    running.sandbox.clock.advance(60_000)
    await running.api('message/send', text('31'))

    expect([over.errcode, other.errcode]).toEqual([0, 0])
    expect(running.sandbox.log().findLast((call) => call.notes?.['dropped'])?.notes).toEqual({
      dropped: ['wangxiaoming'],
    })
    expect((await shown(running)).map((message) => message.text).slice(-2)).toEqual(['29', '31'])
    expect(await shown(running, 'lihua')).toHaveLength(1)
  })
})

describe('message/update_template_card', () => {
  const update = (code: unknown, more: object = { button: { replace_name: '已完成' } }) => ({
    userids: ['WangXiaoming'],
    agentid: corp.agentId,
    response_code: code,
    ...more,
  })

  it('greys the buttons, once', async () => {
    const running = await start()
    const { response_code: code } = await running.api('message/send', cardMessage(card()))

    const first = await running.api('message/update_template_card', update(code))
    const second = await running.api('message/update_template_card', update(code))

    expect([first.errcode, second.errcode]).toEqual([0, 60140])
    expect((await shown(running))[0]?.card).toMatchObject({ replace_text: '已完成' })
  })

  it('replaces the card by one that is checked as when sent, keeping its task_id', async () => {
    const running = await start()
    const { response_code: code } = await running.api('message/send', cardMessage(card()))
    const notice = { card_type: 'text_notice', main_title: { title: '完成了' } }
    const action = { card_action: { type: 1, url: 'http://127.0.0.1:7300/desk' } }

    const bad = await running.api(
      'message/update_template_card',
      update(code, { template_card: notice }),
    )
    const good = await running.api(
      'message/update_template_card',
      update(code, { template_card: { ...notice, ...action } }),
    )

    expect([bad.errcode, good.errcode]).toEqual([40063, 0])
    expect((await shown(running))[0]?.card).toMatchObject({ task_id: 'task-1', ...notice })
  })

  it.each([
    ['a department', { partyids: [2] }, 0],
    ['the company', { partyids: [1] }, 0],
    ['everybody', { atall: 1 }, 0],
    ['another department', { partyids: [3] }, 81013],
    ['a tag nobody has', { tagids: [1] }, 81013],
    ['nobody', {}, 40063],
    ['departments that are no numbers', { partyids: ['2'] }, 40063],
  ])('may name %s alone', async (_name, whom, errcode) => {
    const running = await start()
    const { response_code: code } = await running.api('message/send', cardMessage(card()))

    const answer = await running.api(
      'message/update_template_card',
      update(code, { userids: undefined, button: { replace_name: '已完成' }, ...whom }),
    )

    expect(answer.errcode).toBe(errcode)
    expect((await shown(running))[0]?.card?.['replace_text']).toBe(
      errcode === 0 ? '已完成' : undefined,
    )
  })

  it('refuses a code older than 72 hours', async () => {
    const { api, sandbox } = await start()
    const { response_code: code } = await api('message/send', cardMessage(card()))

    sandbox.clock.advance(72 * 3_600_000 + 1)

    expect(await api('message/update_template_card', update(code))).toMatchObject({
      errcode: 60140,
    })
  })

  it('takes the code of a click, and a greyed card takes no more clicks', async () => {
    const running = await start()
    const { api, post, receiver, sandbox, field } = running
    await api('message/send', cardMessage(card()))
    const [message] = await shown(running)
    const click = { as: 'wangxiaoming', messageId: message?.id, key: 'done' }

    await post('/sandbox/ui/card-click', click)
    await sandbox.idle()
    const answer = await api('message/update_template_card', update(field('ResponseCode')))
    const again = await post('/sandbox/ui/card-click', click)

    expect(receiver.heard).toHaveLength(1)
    expect([field('Event'), field('EventKey'), field('TaskId'), field('FromUserName')]).toEqual([
      'template_card_event',
      'done',
      'task-1',
      'WangXiaoming',
    ])
    expect(answer.errcode).toBe(0)
    expect(again['message']).toContain('处理过')
  })
})

describe('person-times of a day', () => {
  it('end at 200 for each account, over a restart too, until Beijing’s next day', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-'))
    const stateFile = join(folder, 'state.json')
    const first = await start({ stateFile })
    await first.api('message/send', text('早'))
    await first.sandbox.close()
    const state = JSON.parse(await readFile(stateFile, 'utf8')) as {
      personTimes: { day: number; count: number }
    }
    expect(state.personTimes.count).toBe(1)
    // a company of up to 1000 accounts; one is left
    state.personTimes.count = 199_999
    await writeFile(stateFile, JSON.stringify(state))
    const { api, sandbox } = await start({ stateFile })
    const errcode = async (touser: string) =>
      (await api('message/send', text('早', { touser }))).errcode

    const codes = [await errcode('@all'), await errcode('lihua'), await errcode('lihua')]
    sandbox.clock.set(new Date('2026-11-22T15:59:59Z'))
    codes.push(await errcode('lihua'))
    sandbox.clock.set(new Date('2026-11-22T16:00:00Z'))
    codes.push(await errcode('lihua'))

    expect(codes).toEqual([45009, 0, 45009, 45009, 0])
    await sandbox.close()
    await rm(folder, { recursive: true })
  })
})

describe('message/recall', () => {
  it('takes a message back within 24 hours', async () => {
    const running = await start()
    const { msgid } = await running.api('message/send', text('早'))

    const recalled = await running.api('message/recall', { msgid })
    running.sandbox.clock.advance(24 * 3_600_000 + 1)
    const late = await running.api('message/recall', { msgid })

    expect([recalled.errcode, late.errcode]).toEqual([0, 40058])
    expect((await shown(running))[0]).toMatchObject({ recalled: true, text: '' })
  })
})
