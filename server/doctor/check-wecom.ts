import { Problem, said, type CheckDeps, type Said } from './check.ts'

export async function checkToken({ wecom }: CheckDeps): Promise<Said> {
  await wecom.token('access_token')
  return said('企业微信给了访问凭证', 'WeCom gave a token')
}

export async function checkApp({ wecom, config }: CheckDeps): Promise<Said> {
  const list = await wecom.get<{ ip_list?: string[] }>('/cgi-bin/getcallbackip')
  const ranges = list.ip_list?.length ?? 0
  return said(
    `应用 ${config.agentId}，回调来自 ${ranges} 段地址`,
    `agent ${config.agentId}; callbacks come from ${ranges} address ranges`,
  )
}

export async function checkFollowers({ wecom }: CheckDeps): Promise<Said> {
  const { follow_user: guides = [] } = await wecom.get<{ follow_user?: string[] }>(
    '/cgi-bin/externalcontact/get_follow_user_list',
  )
  if (guides.length === 0) {
    throw new Problem(
      said(
        '应用看不到任何有客户联系权限的成员',
        'no member with customer contact is visible to the app',
      ),
      said(
        '把导购放进应用的「可见范围」，并在「客户联系 → 权限配置」里给他们权限。',
        'Put the guides inside the app’s 可见范围 and give them 客户联系 → 权限配置.',
      ),
    )
  }
  return said(
    `${guides.length} 位成员有客户联系权限`,
    `${guides.length} members with customer contact`,
  )
}

export async function checkTags({ wecom }: CheckDeps): Promise<Said> {
  const { tag_group: groups = [] } = await wecom.post<{ tag_group?: object[] }>(
    '/cgi-bin/externalcontact/get_corp_tag_list',
    {},
  )
  return said(`${groups.length} 个标签组`, `${groups.length} tag groups`)
}

export async function checkTickets({ wecom }: CheckDeps): Promise<Said> {
  await wecom.token('jsapi_ticket')
  await wecom.token('agent_ticket')
  return said('企业和应用的网页凭证都拿到了', 'corp ticket and app ticket')
}
