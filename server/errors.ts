import { createError } from '@fastify/error'

/**
 * Every failure a caller can meet: code, sentence, status. docs/errors.md lists the same (a test compares).
 * The sentence says what is wrong and what to do; it is shown to people. `%s` is filled in where thrown.
 */

// — Sign-in and scope —
export const NotSignedIn = createError(
  'NOT_SIGNED_IN',
  '请先登录。 Sign in first: open /auth/login.',
  401,
)
export const SignInRefused = createError(
  'SIGN_IN_REFUSED',
  '登录没有成功：%s 请回到企业微信重新打开。',
  401,
)
export const NotAnEmployee = createError(
  'NOT_AN_EMPLOYEE',
  '你还不在导购名单里，请店长在系统里添加你。 Ask your manager to add you as an employee.',
  403,
)
export const NeedsRole = createError(
  'NEEDS_ROLE',
  '这个页面只给店长和总部。 This needs the role %s.',
  403,
)
export const NeedsHeadquarters = createError(
  'NEEDS_HEADQUARTERS',
  '这一步影响整个连锁，只有总部能做，请联系总部。 Only headquarters may do this.',
  403,
)

// — Input —
export const BadInput = createError('BAD_INPUT', '%s', 400)
export const UnsupportedType = createError('UNSUPPORTED_TYPE', 'Send the body as %s.', 415)
export const UnknownRoute = createError('UNKNOWN_ROUTE', 'No such address: %s', 404)
export const TooLarge = createError('TOO_LARGE', 'The body is too large: send at most %s.', 413)
export const TooManyRequests = createError('TOO_MANY_REQUESTS', '太快了，请 %s 后再试。', 429)
export const UrlNotOurs = createError('URL_NOT_OURS', 'url must be a page below %s', 400)

// — Customers —
export const CustomerNotFound = createError(
  'CUSTOMER_NOT_FOUND',
  '没有这位客户，或 TA 不是你的客户。',
  404,
)
export const ConsentIsCustomers = createError(
  'CONSENT_IS_CUSTOMERS',
  '客户说过不再联系，只有客户本人能改回来。',
  409,
)

export const CustomersNotMergeable = createError(
  'CUSTOMERS_NOT_MERGEABLE',
  '两位都是企业微信好友，是两个聊天，不能合并；请先确认是不是同一个人。',
  409,
)
export const CustomerMergeNotFound = createError(
  'CUSTOMER_MERGE_NOT_FOUND',
  '没有这次客户合并 %s。',
  404,
)
export const MergeNotUndoable = createError('MERGE_NOT_UNDOABLE', '这次合并不能撤销：%s。', 409)

// — Tags —
export const TagNotFound = createError(
  'TAG_NOT_FOUND',
  '没有标签 %s，它可能刚被删除，请刷新标签库。',
  404,
)
export const TagGroupNotFound = createError(
  'TAG_GROUP_NOT_FOUND',
  '没有标签组 %s，请刷新标签库。',
  404,
)
export const TagExists = createError('TAG_EXISTS', '这个标签组里已经有“%s”，直接用它就好。', 409)

export const TagLibraryFull = createError(
  'TAG_LIBRARY_FULL',
  '企业微信最多 %s 个标签，已经满了：请先合并或删除不用的标签。',
  409,
)
export const TagNotOurs = createError(
  'TAG_NOT_OURS',
  '“%s”不是在这里建的，企业微信只允许改自己建的标签：请在企业微信管理后台修改，这里会自动同步。',
  409,
)
export const TagInUse = createError(
  'TAG_IN_USE',
  '“%s”还在用（%s），不能删除；可以先合并到别的标签。',
  409,
)
export const TagMergeNotFound = createError('TAG_MERGE_NOT_FOUND', '没有这次标签合并 %s。', 404)
export const TagMergeUnderWay = createError(
  'TAG_MERGE_UNDER_WAY',
  '这个标签正在合并或撤销合并，请等它完成。',
  409,
)
export const TagMergeUndone = createError('TAG_MERGE_UNDONE', '这次合并已经撤销过了。', 409)
export const TagMergedAway = createError('TAG_MERGED_AWAY', '“%s”已经合并到“%s”，请用后者。', 409)
export const ExportNotFound = createError(
  'EXPORT_NOT_FOUND',
  '这份导出已经过期，请回到客户列表重新导出。 Export again.',
  404,
)
export const TagRuleNotFound = createError(
  'TAG_RULE_NOT_FOUND',
  '没有自动标签规则 %s，请刷新规则列表。',
  404,
)
export const TagHasRule = createError(
  'TAG_HAS_RULE',
  '“%s”已经由规则“%s”自动打，请改那条规则，多个条件用 or 连接。',
  409,
)
export const TagRuleCircle = createError(
  'TAG_RULE_CIRCLE',
  '规则不能依赖自己打的标签，也不能互相依赖：请去掉条件里的标签 %s。',
  409,
)
export const TagRuleChanged = createError(
  'TAG_RULE_CHANGED',
  '这条规则刚被改成第 %s 版，请刷新后再改。',
  409,
)
export const TooManyTagRules = createError(
  'TOO_MANY_TAG_RULES',
  '最多 %s 条自动标签规则，请改已有的规则。',
  409,
)

// — Tasks and touches —
export const TaskNotFound = createError('TASK_NOT_FOUND', '没有这个任务，或它不是你的任务。', 404)
export const TaskAlreadyClosed = createError(
  'TASK_ALREADY_CLOSED',
  '这个任务已经结束（%s），不能再改。',
  409,
)
export const SnoozeTooLate = createError(
  'SNOOZE_TOO_LATE',
  '稍后的时间要在现在之后、任务失效（%s）之前。',
  400,
)

// — Assignments —
export const Nobody = createError(
  'NOBODY',
  '没有客户符合这些条件（只算你能看到的客户），请放宽条件后再派。',
  422,
)
export const AssignmentNotFound = createError(
  'ASSIGNMENT_NOT_FOUND',
  '没有这次派单，或它不是你的门店派的。',
  404,
)
export const AssignmentCancelled = createError(
  'ASSIGNMENT_CANCELLED',
  '这次派单已经取消了；需要的话可以再派一次。',
  409,
)
export const SegmentNotFound = createError(
  'SEGMENT_NOT_FOUND',
  '没有这个保存的人群，或它不是你保存的。',
  404,
)
export const SegmentExists = createError(
  'SEGMENT_EXISTS',
  '你已经保存过“%s”，换个名字，或先删除原来的。',
  409,
)
export const TooManySegments = createError(
  'TOO_MANY_SEGMENTS',
  '最多保存 %s 个人群，请先删除不用的。',
  409,
)

// — Handovers —
export const HandoverNotFound = createError(
  'HANDOVER_NOT_FOUND',
  '没有这次交接，或它不是你的门店的。',
  404,
)
export const HandoverNoTaker = createError(
  'HANDOVER_NO_TAKER',
  '没有人能接手%s的客户：店里没有别的在岗同事，或他们还没有开通客户联系。请直接选一位同事。 Nobody can take them: choose a person.',
  422,
)
export const HandoverNothing = createError(
  'HANDOVER_NOTHING',
  '%s现在没有可以交接的客户，请先看预览里的原因。 Nothing can be handed over now: the preview says why.',
  422,
)

// — Rules —
export const RuleChanged = createError(
  'RULE_CHANGED',
  '这条规则刚被别人改过，请刷新后再改。 It was saved meanwhile: read it again.',
  409,
)
export const DryRunBusy = createError(
  'DRY_RUN_BUSY',
  '正在试算另一条规则，请稍后再试。 Another dry run is under way: try again in a moment.',
  409,
)

// — Words —
export const TemplateNotFound = createError(
  'TEMPLATE_NOT_FOUND',
  '没有话术 %s，或它是别的门店的，请刷新话术列表。',
  404,
)
export const TemplateChanged = createError(
  'TEMPLATE_CHANGED',
  '这段话术刚被别人改过，请刷新后再改。 It was saved meanwhile: read it again.',
  409,
)
export const TooManyTemplates = createError(
  'TOO_MANY_TEMPLATES',
  '同一种情形最多另加 %s 段话术，请改已有的。',
  409,
)

// — Tiers —
export const TiersChanged = createError(
  'TIERS_CHANGED',
  '等级表刚被别人改过，请刷新后再改。 It was saved meanwhile: read it again.',
  409,
)

// — Limits of contact —
export const ContactLimitsChanged = createError(
  'CONTACT_LIMITS_CHANGED',
  '联系上限刚被别人改过，请刷新后再改。 They were saved meanwhile: read them again.',
  409,
)

// — Points —
export const PointsProgrammeChanged = createError(
  'POINTS_PROGRAMME_CHANGED',
  '积分方案刚被别人改过，请刷新后再改。 It was saved meanwhile: read it again.',
  409,
)

// — Open API —
export const ApiKeyRefused = createError(
  'API_KEY_REFUSED',
  'Send Authorization: Bearer <key>; make a key with: npm run keys -- create NAME',
  401,
)
export const TooManyItems = createError(
  'TOO_MANY_ITEMS',
  'Send at most %s items in a request, not %s; or stream them to POST /open/v1/import/:kind.',
  400,
)
export const WebhookUrlRefused = createError('WEBHOOK_URL_REFUSED', 'url: write %s.', 400)
export const WebhookExists = createError(
  'WEBHOOK_EXISTS',
  'This address is subscribed already: delete the subscription first, or use another address.',
  409,
)
export const TooManyWebhooks = createError(
  'TOO_MANY_WEBHOOKS',
  'There are %s subscriptions, no more are taken: delete one first.',
  409,
)
export const WebhookNotFound = createError(
  'WEBHOOK_NOT_FOUND',
  'There is no such subscription: GET /open/v1/webhooks lists them.',
  404,
)

// — Settings —
export const SendNotFound = createError('SEND_NOT_FOUND', '没有这条发送 %s，请刷新列表。', 404)
export const SendUseless = createError('SEND_USELESS', '不能再发：%s。', 409)
export const SendMayBeSent = createError(
  'SEND_MAY_BE_SENT',
  '这一条可能已经送达，再发对方可能收到两次；确定要发，请选“仍然重发”。',
  409,
)
export const ApiKeyNameTaken = createError(
  'API_KEY_NAME_TAKEN',
  '已经有（或有过）密钥“%s”，请换个名字。',
  409,
)
export const ApiKeyNotFound = createError(
  'API_KEY_NOT_FOUND',
  '没有在用的密钥“%s”，它可能刚被停用，请刷新列表。',
  404,
)
export const JobNotFound = createError(
  'JOB_NOT_FOUND',
  '没有这个停下的作业 %s，它可能已经完成，请刷新。',
  404,
)
export const JobNotDroppable = createError(
  'JOB_NOT_DROPPABLE',
  '“%s”丢掉会留下做了一半的事，只能重试。',
  409,
)
export const SyncUnderWay = createError('SYNC_UNDER_WAY', '正在同步，请等它完成。', 409)

// — Outside of us —
export const WecomUnavailable = createError(
  'WECOM_UNAVAILABLE',
  '企业微信暂时没有响应（%s），请稍后再试。',
  502,
)
export const NotReady = createError('NOT_READY', 'The server is not ready: %s', 503)
export const TookTooLong = createError(
  'TOOK_TOO_LONG',
  '数据库太忙，没有等到结果，请稍后再试。 The database was too slow: try again, or ask for less.',
  503,
)
export const Internal = createError(
  'INTERNAL',
  '出错了，我们已经记下。请稍后再试；还不行，把编号告诉管理员。',
  500,
)
