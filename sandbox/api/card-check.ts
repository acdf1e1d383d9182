import { ApiError, invalid, missing, tooLong } from './api-error.ts'
import { needObject, needText, objectOf, objectsOf, oneOf, textOf, type Fields } from './params.ts'

const TASK_ID = /^[0-9A-Za-z_\-@]{1,128}$/
const URL_BYTES = 2048

/** 42014 unless the id is 1–128 of 0-9 A-Z a-z _ - @ (wecom-protocol 3.1). */
function checkTaskId(value: string): void {
  if (!TASK_ID.test(value)) throw new ApiError(42014, 'invalid template_card task_id')
}

/**
 * Refuses a template card that WeCom would refuse: required fields 40063, texts too long 45002, lists and
 * keys too long 40058, task_id 42014 (wecom-protocol 3.1). `forUpdate` cards keep their first task_id.
 */
export function checkCard(card: Fields, forUpdate = false): void {
  const type = needText(card, 'card_type')
  const check = CARD_TYPES[type]
  if (!check) throw invalid('card_type', 'unknown')
  const taskId = textOf(card, 'task_id')
  if (taskId !== undefined) checkTaskId(taskId)
  const needsTask = card['action_menu'] !== undefined || isInteractive(type)
  if (needsTask && taskId === undefined && !forUpdate) throw missing('task_id')
  checkSource(card)
  checkActionMenu(card)
  checkQuoteArea(card)
  checkHorizontal(card)
  textOf(card, 'replace_text', { chars: 10 })
  check(card)
}

/** A card whose clicks come back as events, by itself or through its menu: it gets a response_code. */
export function isClickable(card: Fields): boolean {
  return isInteractive(String(card['card_type'])) || card['action_menu'] !== undefined
}

function isInteractive(type: string): boolean {
  return type.endsWith('_interaction')
}

const CARD_TYPES: Record<string, (card: Fields) => void> = {
  text_notice: (card) => {
    const title = checkTitle(card, 36)
    const sub = textOf(card, 'sub_title_text', { chars: 160 })
    if (title === undefined && sub === undefined)
      throw missing('main_title.title or sub_title_text')
    const emphasis = objectOf(card, 'emphasis_content')
    if (emphasis) {
      textOf(emphasis, 'title', { chars: 14 })
      textOf(emphasis, 'desc', { chars: 22 })
    }
    checkJumps(card)
    checkAction(card, [1, 2], true)
  },
  news_notice: (card) => {
    if (checkTitle(card, 36) === undefined) throw missing('main_title.title')
    checkPicture(card)
    for (const line of objectsOf(card, 'vertical_content_list', 0, 4) ?? []) {
      needText(line, 'title', { chars: 38 })
      textOf(line, 'desc', { chars: 160 })
    }
    checkJumps(card)
    checkAction(card, [1, 2], true)
  },
  button_interaction: (card) => {
    if (checkTitle(card, 36) === undefined) throw missing('main_title.title')
    textOf(card, 'sub_title_text', { chars: 160 })
    checkAction(card, [0, 1, 2], false)
    const selection = objectOf(card, 'button_selection')
    if (selection) checkSelection('button_selection', selection)
    checkButtons(card)
  },
  vote_interaction: (card) => {
    if (checkTitle(card, 16, 160) === undefined) throw missing('main_title.title')
    const checkbox = needObject(card, 'checkbox')
    checkKey(checkbox, 'question_key')
    oneOf(checkbox, 'mode', [0, 1])
    checkOptions('checkbox', checkbox, 20, 17)
    checkSubmit(card)
  },
  multiple_interaction: (card) => {
    if (checkTitle(card, 36) === undefined) throw missing('main_title.title')
    const lists = objectsOf(card, 'select_list', 1, 3)
    if (!lists) throw missing('select_list')
    for (const list of lists) checkSelection('select_list', list)
    checkSubmit(card)
  },
}

function checkTitle(card: Fields, titleChars: number, descChars = 44): string | undefined {
  const title = objectOf(card, 'main_title')
  if (!title) return undefined
  textOf(title, 'desc', { chars: descChars })
  return textOf(title, 'title', { chars: titleChars })
}

function checkSource(card: Fields): void {
  const source = objectOf(card, 'source')
  if (!source) return
  textOf(source, 'icon_url', { bytes: URL_BYTES })
  textOf(source, 'desc', { chars: 20 })
  oneOf(source, 'desc_color', [0, 1, 2, 3])
}

function checkActionMenu(card: Fields): void {
  const menu = objectOf(card, 'action_menu')
  if (!menu) return
  textOf(menu, 'desc')
  const actions = objectsOf(menu, 'action_list', 1, 3)
  if (!actions) throw missing('action_menu.action_list')
  for (const action of actions) needText(action, 'text')
  checkUnique(
    'action_menu key',
    actions.map((action) => checkKey(action, 'key')),
  )
}

function checkQuoteArea(card: Fields): void {
  const quote = objectOf(card, 'quote_area')
  if (!quote) return
  checkJumpTarget('quote_area', quote, oneOf(quote, 'type', [0, 1, 2]) ?? 0)
  textOf(quote, 'title')
  textOf(quote, 'quote_text')
}

function checkHorizontal(card: Fields): void {
  for (const line of objectsOf(card, 'horizontal_content_list', 0, 6) ?? []) {
    needText(line, 'keyname', { chars: 5 })
    textOf(line, 'value', { chars: 30 })
    const type = oneOf(line, 'type', [0, 1, 2, 3]) ?? 0
    if (type === 1) checkUrl(line, 'url')
    if (type === 2) needText(line, 'media_id')
    if (type === 3) needText(line, 'userid')
  }
}

function checkJumps(card: Fields): void {
  for (const jump of objectsOf(card, 'jump_list', 0, 3) ?? []) {
    needText(jump, 'title', { chars: 18 })
    checkJumpTarget('jump_list', jump, oneOf(jump, 'type', [0, 1, 2]) ?? 0)
  }
}

function checkAction(card: Fields, types: readonly number[], required: boolean): void {
  const action = objectOf(card, 'card_action')
  if (!action) {
    if (required) throw missing('card_action')
    return
  }
  const type = oneOf(action, 'type', types)
  if (type === undefined) throw missing('card_action.type')
  checkJumpTarget('card_action', action, type)
}

/** type 1 needs an address, type 2 a mini program. */
function checkJumpTarget(name: string, target: Fields, type: number): void {
  if (type === 1) checkUrl(target, 'url')
  if (type === 2 && textOf(target, 'appid') === undefined) throw missing(`${name}.appid`)
}

/** An http(s) address of at most 2048 bytes. */
export function checkUrl(fields: Fields, name: string): void {
  const url = needText(fields, name)
  if (Buffer.byteLength(url) > URL_BYTES) throw tooLong(name, `${URL_BYTES} bytes`)
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) throw invalid(name, 'wants http(s)://')
}

function checkPicture(card: Fields): void {
  const image = objectOf(card, 'card_image')
  const area = objectOf(card, 'image_text_area')
  if (!image && !area) throw missing('card_image or image_text_area')
  if (image) {
    checkUrl(image, 'url')
    const ratio = image['aspect_ratio']
    if (ratio !== undefined && !(typeof ratio === 'number' && ratio > 1.3 && ratio < 2.25)) {
      throw invalid('card_image.aspect_ratio', 'between 1.3 and 2.25')
    }
  }
  if (area) {
    checkUrl(area, 'image_url')
    checkJumpTarget('image_text_area', area, oneOf(area, 'type', [0, 1, 2]) ?? 0)
  }
}

function checkSelection(name: string, selection: Fields): void {
  checkKey(selection, 'question_key')
  textOf(selection, 'title')
  checkOptions(name, selection, 10, 16)
  const selected = textOf(selection, 'selected_id')
  const ids = (objectsOf(selection, 'option_list', 1, 10) ?? []).map((option) => option['id'])
  if (selected !== undefined && !ids.includes(selected)) {
    throw invalid(`${name}.selected_id`, 'is no option')
  }
}

function checkOptions(name: string, holder: Fields, max: number, chars: number): void {
  const options = objectsOf(holder, 'option_list', 1, max)
  if (!options) throw missing(`${name}.option_list`)
  for (const option of options) needText(option, 'text', { chars })
  checkUnique(
    `${name} option id`,
    options.map((option) => {
      const id = needText(option, 'id')
      if (Buffer.byteLength(id) > 128) throw invalid(`${name} option id`, 'at most 128 bytes')
      return id
    }),
  )
}

function checkButtons(card: Fields): void {
  const buttons = objectsOf(card, 'button_list', 1, 6)
  if (!buttons) throw missing('button_list')
  const keys: string[] = []
  for (const button of buttons) {
    needText(button, 'text', { chars: 10 })
    oneOf(button, 'style', [1, 2, 3, 4])
    if (oneOf(button, 'type', [0, 1]) === 1) checkUrl(button, 'url')
    else keys.push(checkKey(button, 'key'))
  }
  checkUnique('button key', keys)
}

function checkSubmit(card: Fields): void {
  const submit = needObject(card, 'submit_button')
  needText(submit, 'text', { chars: 10 })
  checkKey(submit, 'key')
}

function checkKey(fields: Fields, name: string): string {
  const key = needText(fields, name)
  if (Buffer.byteLength(key) > 1024) throw invalid(name, 'at most 1024 bytes')
  return key
}

function checkUnique(name: string, values: string[]): void {
  if (new Set(values).size !== values.length) throw invalid(name, 'must be unique')
}
