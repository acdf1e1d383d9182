/** Answers of WeCom about customers, only the fields we use (wecom-protocol 3.2, 3.4, 3.5). */

/** A member, from `user/get`. Newer apps get no avatar, mobile or email. */
export interface WecomMember {
  userid: string
  name?: string
  /** 1 activated, 2 disabled, 4 not activated, 5 left */
  status?: number
}

export interface WecomContact {
  external_userid: string
  name?: string
  avatar?: string
  /** 1 WeChat, 2 WeCom user of another company */
  type?: number
  /** 0 unknown, 1 male, 2 female */
  gender?: number
  unionid?: string
}

interface FollowFields {
  userid: string
  remark?: string
  description?: string
  /** seconds since the epoch */
  createtime?: number
  remark_mobiles?: string[]
  add_way?: number
  state?: string
}

/** One page of `externalcontact/get`: a customer with up to 500 of its followers. */
export interface WecomContactAnswer {
  external_contact: WecomContact
  follow_user?: (FollowFields & {
    /** type 1 of the company, 2 personal (no id), 3 strategy */
    tags?: { tag_id?: string; type?: number }[]
  })[]
  next_cursor?: string
}

/** One page of `externalcontact/batch/get_by_user`: pairs of a customer and one follower. */
export interface WecomContactPage {
  external_contact_list?: {
    external_contact: WecomContact
    follow_info: FollowFields & { tag_id?: string[] }
  }[]
  next_cursor?: string
  fail_info?: { unlicensed_userid_list?: string[] }
}

export interface WecomTagGroup {
  group_id: string
  group_name: string
  order?: number
  deleted?: boolean
  tag?: { id: string; name: string; order?: number; deleted?: boolean }[]
}

/** One pair of a customer and a guide who follows it, the same whichever call it was read by. */
export interface Follow {
  contact: WecomContact
  userid: string
  remark: string | null
  description: string | null
  addedAt: Date
  addWay: number | null
  state: string | null
  remarkMobiles: string[]
  /** ids of company tags; personal ones have none, strategy ones can't be marked by us */
  tagIds: string[]
}

/** Pairs of one customer, from `externalcontact/get`. */
export function followsOf(contact: WecomContact, pages: WecomContactAnswer[]): Follow[] {
  return pages.flatMap((page) =>
    (page.follow_user ?? []).map((follow) =>
      toFollow(
        contact,
        follow,
        (follow.tags ?? []).flatMap((tag) => (tag.type !== 2 && tag.tag_id ? [tag.tag_id] : [])),
      ),
    ),
  )
}

/** Pairs of one page of `externalcontact/batch/get_by_user`. */
export function followsOfPage(page: WecomContactPage): Follow[] {
  return (page.external_contact_list ?? []).map(({ external_contact, follow_info }) =>
    toFollow(external_contact, follow_info, follow_info.tag_id ?? []),
  )
}

function toFollow(contact: WecomContact, follow: FollowFields, tagIds: string[]): Follow {
  return {
    contact,
    userid: follow.userid,
    remark: follow.remark || null,
    description: follow.description || null,
    addedAt: new Date((follow.createtime ?? 0) * 1000),
    addWay: follow.add_way ?? null,
    state: follow.state || null,
    remarkMobiles: (follow.remark_mobiles ?? []).filter((mobile) => mobile !== ''),
    tagIds,
  }
}
