import type { EventHandler } from '../handler.ts'
import { activityAlert, reopened } from './activity-alert.ts'
import { addExternalContact } from './add-external-contact.ts'
import { changeExternalTag } from './change-external-tag.ts'
import { click } from './click.ts'
import { delExternalContact } from './del-external-contact.ts'
import { delFollowUser } from './del-follow-user.ts'
import { editExternalContact } from './edit-external-contact.ts'
import { enterAgent } from './enter-agent.ts'
import { subscribe, unsubscribe } from './subscribe.ts'
import { templateCardEvent } from './template-card-event.ts'
import { textMessage } from './text-message.ts'
import { transferFail } from './transfer-fail.ts'

/** Every event we act on, by `Event/ChangeType` (wecom-protocol 1.7 and 1.8). Others are kept and counted. */
export const HANDLERS: ReadonlyMap<string, EventHandler> = new Map([
  ['change_external_contact/add_external_contact', addExternalContact],
  ['change_external_contact/add_half_external_contact', addExternalContact],
  ['change_external_contact/edit_external_contact', editExternalContact],
  ['change_external_contact/del_external_contact', delExternalContact],
  ['change_external_contact/del_follow_user', delFollowUser],
  ['change_external_contact/transfer_fail', transferFail],
  ['change_external_tag/create', changeExternalTag],
  ['change_external_tag/update', changeExternalTag],
  ['change_external_tag/delete', changeExternalTag],
  ['change_external_tag/shuffle', changeExternalTag],
  ['template_card_event', templateCardEvent],
  ['template_card_menu_event', templateCardEvent],
  ['enter_agent', enterAgent],
  ['click', click],
  ['subscribe', subscribe],
  ['unsubscribe', unsubscribe],
  ['inactive_alert', activityAlert],
  ['close_inactive_agent', activityAlert],
  ['low_active_alert', activityAlert],
  ['low_active', activityAlert],
  ['reopen_inactive_agent', reopened],
  ['active_restored', reopened],
  ['message/text', textMessage],
])
