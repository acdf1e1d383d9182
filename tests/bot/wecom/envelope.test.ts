import { describe, expect, it } from 'vitest'
import { buildEnvelope, takeEncrypted } from '../../../bot/wecom/envelope.ts'

describe('the callback envelope', () => {
  it.each([
    ['as we build it', buildEnvelope('ww1', 'QUJD')],
    ['with AgentID last', '<xml><Encrypt><![CDATA[QUJD]]></Encrypt><AgentID>1</AgentID></xml>'],
    ['without CDATA', '<xml><Encrypt>QUJD</Encrypt></xml>'],
    ['with white space', '<xml>\n <Encrypt>\n <![CDATA[ QUJD ]]>\n</Encrypt></xml>'],
  ])('gives its ciphertext: %s', (_name, body) => {
    expect(takeEncrypted(body)).toBe('QUJD')
  })

  it.each([
    ['nothing', ''],
    ['JSON', '{"Encrypt":"QUJD"}'],
    ['an empty element', '<xml><Encrypt></Encrypt></xml>'],
    ['an element left open', '<xml><Encrypt>QUJD'],
    ['markup inside', '<xml><Encrypt><b>QUJD</b></Encrypt></xml>'],
  ])('is refused: %s', (_name, body) => {
    expect(takeEncrypted(body)).toBeNull()
  })

  it.each([
    ['base64 cut off', '<xml><Encrypt>QUJ</Encrypt></xml>', 'QUJ'],
    [
      'an entity, as it stands',
      '<!DOCTYPE x [<!ENTITY e "QUJD">]><xml><Encrypt>&e;</Encrypt></xml>',
      '&e;',
    ],
  ])('leaves it to the signature whether it is ours: %s', (_name, body, text) => {
    expect(takeEncrypted(body)).toBe(text)
  })

  it.each([
    ['openings', '<Encrypt>'.repeat(116_000)],
    ['closings', '</Encrypt>'.repeat(104_000)],
    ['spaces', `<Encrypt>${' '.repeat(1_000_000)}`],
    ['letters', `<Encrypt>${'A'.repeat(1_000_000)}`],
  ])('is read in linear time: a megabyte of %s', (_name, body) => {
    const began = performance.now()

    expect(takeEncrypted(body)).toBeNull()

    expect(performance.now() - began).toBeLessThan(250)
  })
})
