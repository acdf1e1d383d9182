import type { Lang } from './words.ts'

/** What is written down of people's doings (the audit log), in words; a test finds every action that is written. */
export const AUDIT_ACTIONS = {
  reveal_mobile: { 'zh-CN': '查看完整手机号', en: 'Looked at a whole mobile number' },
  reveal_birthday: { 'zh-CN': '查看完整生日', en: 'Looked at a whole birthday' },
  change_birthday: { 'zh-CN': '补填生日', en: 'Filled in a birthday' },
  'customers.exported': { 'zh-CN': '导出客户名单', en: 'Exported customers' },
  'customers.merged': { 'zh-CN': '合并客户', en: 'Merged two customers' },
  'customers.merge_undone': { 'zh-CN': '撤销客户合并', en: 'Undid a merge of customers' },
  'audit.exported': { 'zh-CN': '导出审计日志', en: 'Exported the audit log' },
  create_assignment: { 'zh-CN': '派单', en: 'Made an assignment' },
  press_assignment: { 'zh-CN': '催办派单', en: 'Pressed an assignment' },
  cancel_assignment: { 'zh-CN': '取消派单', en: 'Called off an assignment' },
  create_handover: { 'zh-CN': '交接客户', en: 'Handed customers over' },
  add_tag: { 'zh-CN': '新建标签', en: 'Added a tag' },
  rename_tag: { 'zh-CN': '改标签名', en: 'Renamed a tag' },
  delete_tag: { 'zh-CN': '删除标签', en: 'Deleted a tag' },
  merge_tags: { 'zh-CN': '合并标签', en: 'Merged tags' },
  undo_tag_merge: { 'zh-CN': '撤销标签合并', en: 'Undid a merge of tags' },
  save_tag_rule: { 'zh-CN': '保存自动标签规则', en: 'Saved an automatic tag’s rule' },
  'rule.save': { 'zh-CN': '保存规则', en: 'Saved a rule' },
  'tiers.save': { 'zh-CN': '保存等级表', en: 'Saved the tier table' },
  'words.save': { 'zh-CN': '保存话术', en: 'Saved words' },
  'contact_limits.save': { 'zh-CN': '保存联系上限', en: 'Saved the limits of contact' },
  'points_programme.save': { 'zh-CN': '保存积分方案', en: 'Saved the points programme' },
  'api_key.create': { 'zh-CN': '新建 API 密钥', en: 'Made an API key' },
  'api_key.revoke': { 'zh-CN': '停用 API 密钥', en: 'Revoked an API key' },
  'webhook.create': { 'zh-CN': '新增事件订阅', en: 'Added a subscription to events' },
  'webhook.remove': { 'zh-CN': '取消事件订阅', en: 'Removed a subscription to events' },
  'outbox.retry': { 'zh-CN': '重发一条', en: 'Tried a failed call again' },
  'outbox.retry_kind': { 'zh-CN': '重发一类', en: 'Tried failed calls of a kind again' },
  'job.retry': { 'zh-CN': '重试停下的作业', en: 'Tried a dead job again' },
  'job.drop': { 'zh-CN': '丢掉停下的作业', en: 'Dropped a dead job' },
  'sync.start': { 'zh-CN': '开始同步', en: 'Started a sync' },
} as const satisfies Record<string, Record<Lang, string>>
export type AuditAction = keyof typeof AUDIT_ACTIONS

/** An action in words; one that is not known here (of a newer version) by its code. */
export function auditActionText(action: string, lang: Lang): string {
  return Object.hasOwn(AUDIT_ACTIONS, action) ? AUDIT_ACTIONS[action as AuditAction][lang] : action
}
