/** Addresses of webhooks that are refused when they are registered: inside a network, or no https. */
export const REFUSED_AT_ONCE: readonly string[] = [
  'http://crm.example.com/hook',
  'ftp://crm.example.com/hook',
  'file:///etc/passwd',
  'gopher://127.0.0.1:6379/_x',
  'javascript:alert(1)',
  'https://user:secret@crm.example.com/',
  'https://crm.example.com/#x',
  'https://10.0.0.1/',
  'https://10.255.255.255:8443/',
  'https://172.16.0.1/',
  'https://172.31.255.255/',
  'https://192.168.1.1/',
  'https://169.254.169.254/latest/meta-data/',
  'https://100.100.100.200/latest/meta-data/',
  'https://0.0.0.0/',
  'https://127.0.0.2/',
  'https://127.255.255.254/',
  'https://0x0a000001/',
  'https://167772161/',
  'https://012.0.0.1/',
  'https://10.1/',
  'https://2852039166/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
  'https://[::]/',
  'https://[::ffff:10.0.0.1]/',
  'https://[::ffff:a9fe:a9fe]/',
  'https://[::10.0.0.1]/',
  'https://[64:ff9b::a00:1]/',
  'https://[2002:a00:1::]/',
  'https://[2001:0:1::1]/',
  'https://[fd00::1]/',
  'https://[fe80::1]/',
  'https://[fec0::1]/',
  'https://[ff02::1]/',
  'https://①⓪.0.0.1/',
  'not an address',
  '//crm.example.com/hook',
]

/** Names that look fine; what they resolve to (watch-network.mjs) does not. */
export const REFUSED_AT_CONNECT: readonly string[] = [
  'https://inside.test/hook',
  'https://loopback.test/hook',
  'https://metadata.test/hook',
  'https://inside6.test/hook',
  'https://mapped.test/hook',
  'https://both.test/hook',
]

/** The first look is fine, every later one leads inside. */
export const REBINDING = 'https://rebinding.test/hook'
