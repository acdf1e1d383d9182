import { describe, expect, it } from 'vitest'
import { testConfig } from '../support/test-app.ts'

describe('settings that WeCom gives', () => {
  it.each([
    ['WECOM_CORP_ID', 'wx5823bf96d3bd56c7'],
    ['WECOM_CORP_ID', 'ww1'],
    ['WECOM_CORP_ID', 'wl-of_a.partner'],
    ['WECOM_AGENT_SECRET', 'short'],
  ])('are taken as they are: %s=%s', (name, value) => {
    const config = testConfig({ [name]: value })

    expect([config.corpId, config.agentSecret]).toContain(value)
  })

  it.each([
    ['WECOM_CORP_ID', ''],
    ['WECOM_CORP_ID', 'ww 1'],
    ['WECOM_AGENT_SECRET', 'two words'],
    ['WECOM_AGENT_ID', '0'],
    ['WECOM_CALLBACK_TOKEN', 'x'.repeat(33)],
    ['WECOM_CALLBACK_AES_KEY', 'a'.repeat(42)],
  ])('stop the start by name when nothing could come of them: %s=“%s”', (name, value) => {
    expect(() => testConfig({ [name]: value })).toThrow(new RegExp(`^${name}`))
  })
})
