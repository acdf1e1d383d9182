import { createHash } from 'node:crypto'
import { cutBytes, cutCharacters } from '../bytes.ts'

/** The parts of a WeCom template card that we use (wecom-protocol 3.1). */
export interface TemplateCard {
  card_type: 'text_notice' | 'button_interaction'
  source: { desc: string; desc_color: 0 | 1 | 2 | 3 }
  main_title: { title: string; desc?: string }
  sub_title_text?: string
  horizontal_content_list?: { keyname: string; value: string }[]
  jump_list?: { type: 1; title: string; url: string }[]
  card_action?: { type: 1; url: string }
  task_id?: string
  button_list?: CardButton[]
  /** one grey button in place of the others */
  replace_text?: string
}

export type CardButton =
  | { type: 1; text: string; style: 1 | 2 | 3 | 4; url: string }
  | { type: 0; text: string; style: 1 | 2 | 3 | 4; key: string }

/** Most characters (字) of each field, and bytes where WeCom counts them. */
export const CARD_LIMITS = {
  source: 20,
  title: 36,
  desc: 44,
  subTitle: 160,
  keyname: 5,
  value: 30,
  fields: 6,
  jumpTitle: 18,
  buttonText: 10,
  /** WeCom gives no figure of its own: it is shown as a button */
  replaceText: 10,
  urlBytes: 2048,
  keyBytes: 1024,
  taskIdBytes: 128,
} as const

/** A card whose every field keeps its limit; fields without a value are left out. */
export function fitCard(card: TemplateCard): TemplateCard {
  const fields = card.horizontal_content_list
    ?.filter(({ value }) => value !== '')
    .slice(0, CARD_LIMITS.fields)
  return {
    ...card,
    source: { ...card.source, desc: cutCharacters(card.source.desc, CARD_LIMITS.source) },
    main_title: {
      title: cutCharacters(card.main_title.title, CARD_LIMITS.title),
      ...(card.main_title.desc && {
        desc: cutCharacters(card.main_title.desc, CARD_LIMITS.desc),
      }),
    },
    ...(card.sub_title_text !== undefined && {
      sub_title_text: cutCharacters(card.sub_title_text, CARD_LIMITS.subTitle),
    }),
    ...(fields && {
      horizontal_content_list: fields.map(({ keyname, value }) => ({
        keyname: cutCharacters(keyname, CARD_LIMITS.keyname),
        value: cutCharacters(value, CARD_LIMITS.value),
      })),
    }),
    ...(card.button_list && {
      button_list: card.button_list.map((button) => ({
        ...button,
        text: cutCharacters(button.text, CARD_LIMITS.buttonText),
      })),
    }),
    ...(card.replace_text !== undefined && {
      replace_text: cutCharacters(card.replace_text, CARD_LIMITS.replaceText),
    }),
  }
}

/**
 * A card that only tells, with an id made of its row's key: WeCom takes an id once for ever, so that a card whose answer
 * was lost can be sent again, however late, and comes once (wecom-protocol 3.1).
 */
export function withCardId(card: TemplateCard, dedupeKey: string): TemplateCard {
  const id = createHash('sha256').update(dedupeKey).digest('base64url')
  return { ...card, task_id: `notice-${id}` }
}

/** A text message's content: at most 2048 bytes. */
export function fitText(content: string): string {
  return cutBytes(content, 2048)
}

export const CARD_SOURCE = { desc: '导购助手', desc_color: 0 } as const
