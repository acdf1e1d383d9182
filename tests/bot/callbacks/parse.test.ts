import { readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HANDLERS } from '../../../bot/callbacks/events/registry.ts'
import { parseCallback, required, UnreadableCallback } from '../../../bot/callbacks/parse.ts'

const FOLDER = new URL('../../fixtures/callbacks/', import.meta.url)
const fixture = (name: string) => readFileSync(new URL(`${name}.xml`, FOLDER), 'utf8')
const HEAD = '<FromUserName>sys</FromUserName><CreateTime>1795312800</CreateTime>'
const event = (more: string) =>
  `<xml>${HEAD}<MsgType>event</MsgType><Event>click</Event>${more}</xml>`

describe('the recorded callbacks', () => {
  it('are all readable, and all but one have a handler', () => {
    const names = readdirSync(FOLDER).map((file) => file.replace('.xml', ''))

    const unknown = names.filter((name) => !HANDLERS.has(parseCallback(fixture(name)).name))

    expect(unknown).toEqual(['change_external_chat'])
  })

  it('give an add event with every field as text', () => {
    expect(parseCallback(fixture('add_external_contact'))).toEqual({
      name: 'change_external_contact/add_external_contact',
      from: 'sys',
      createdAt: new Date('2026-11-22T02:00:00Z'),
      userId: 'LinXiaoman',
      externalUserId: 'wmCustomer1',
      state: 'poster-7',
      welcomeCode: 'WELCOMECODE',
      selectedItems: [],
    })
  })

  it('keep a single selection a list', () => {
    expect(parseCallback(fixture('template_card_event')).selectedItems).toEqual([
      { questionKey: 'outcome', optionIds: ['replied'] },
    ])
  })

  it('keep a 64-bit id exact', () => {
    expect(parseCallback(fixture('text')).msgId).toBe('4561255354251345929')
  })
})

describe('reading XML', () => {
  it.each([
    ['00123', '00123'],
    ['1e3', '1e3'],
    ['true', 'true'],
    ['&lt;b&gt;', '&lt;b&gt;'],
  ])('leaves %s as it is', (written, read) => {
    expect(parseCallback(event(`<EventKey>${written}</EventKey>`)).eventKey).toBe(read)
  })

  it('reads a member’s words as words, also where they look like markup', () => {
    const xml = `<xml>${HEAD}<MsgType>text</MsgType><Content><![CDATA[<!DOCTYPE a>&b;]]></Content></xml>`

    expect(parseCallback(xml).content).toBe('<!DOCTYPE a>&b;')
  })

  it('takes an empty element for none', () => {
    expect(parseCallback(event('<EventKey><![CDATA[]]></EventKey>')).eventKey).toBeUndefined()
  })

  it.each([
    ['nothing', ''],
    ['no XML', 'hello'],
    ['an element left open', `<xml>${HEAD}<MsgType>event`],
    ['another root', `<a>${HEAD}<MsgType>event</MsgType><Event>click</Event></a>`],
    ['an empty root', '<xml></xml>'],
    ['two roots', `${event('')}${event('')}`],
    ['a DOCTYPE', `<!DOCTYPE xml [<!ENTITY a "b">]>${event('')}`],
    ['no type', `<xml>${HEAD}</xml>`],
    ['an event without a name', `<xml>${HEAD}<MsgType>event</MsgType></xml>`],
    ['a time that is none', event('').replace('1795312800', 'today')],
    ['elements nested without end', '<xml>'.repeat(5000)],
    ['a userid that no index takes', event('').replace('>sys<', `>${'x'.repeat(1025)}<`)],
    ['an id of kilobytes', event(`<ExternalUserID>${'长'.repeat(342)}</ExternalUserID>`)],
  ])('refuses %s and says why', (_name, xml) => {
    expect(() => parseCallback(xml)).toThrow(UnreadableCallback)
  })

  it.each([
    ['nothing but text', `<xml><Content>${'x'.repeat(780_000)}</Content></xml>`],
    ['CDATA that is opened without end', `<xml>${'<![CDATA['.repeat(86_000)}</xml>`],
    ['tens of thousands of elements', `<xml>${'<Item/>'.repeat(110_000)}</xml>`],
    ['nothing but brackets', '<'.repeat(780_000)],
  ])('refuses hundreds of kilobytes of %s before it reads them', (_name, xml) => {
    const began = performance.now()

    expect(() => parseCallback(xml)).toThrow('longer than any event')

    expect(performance.now() - began).toBeLessThan(50)
  })

  it('reads in a time that grows with the length only', () => {
    const xml = `<xml>${'<![CDATA['.repeat(7_000)}</xml>`
    // the fastest of three: a pause of the machine does not come each time
    const times = [1, 2, 3].map(() => {
      const began = performance.now()
      expect(() => parseCallback(xml)).toThrow(UnreadableCallback)
      return performance.now() - began
    })

    expect(Math.min(...times)).toBeLessThan(20)
  })

  it('names the element that an event lacks', () => {
    expect(() => required(parseCallback(event('')), 'userId')).toThrow('click without UserID')
  })

  it('never fails in another way', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string().map(event)), (xml) => {
        try {
          parseCallback(xml)
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableCallback)
        }
      }),
    )
  })
})
