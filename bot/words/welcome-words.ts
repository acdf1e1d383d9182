import { chooseVariant } from '../../domain/choose-variant.ts'
import { shippedVariants, wordsInForce, type SavedWords } from '../../domain/words-in-force.ts'
import { fillWords } from '../../domain/words-template.ts'

/** Who greets: what we know of the guide when the customer arrives. */
export interface WelcomeFacts {
  guideName: string | null
  storeName: string | null
}

/**
 * The first words a new customer reads, sent within 20 seconds of adding a guide (wecom-protocol 3.6).
 * As they ship: short, who this is, what they help with, how to say no.
 *
 * @param saved templates of the welcome that are on, of the chain and of the guide's store
 * @param externalUserId whoever comes back reads the same variant again
 * @example welcomeWords({ guideName: '林小满', storeName: '静安店' }, [], 'wm1')
 * // '您好，我是静安店的林小满。想看的商品、到店活动、会员权益，随时问我。不想收到消息，跟我说一声就好。'
 */
export function welcomeWords(
  { guideName, storeName }: WelcomeFacts,
  saved: readonly SavedWords[],
  externalUserId: string,
): string {
  const situation = welcomeSituation({ guideName, storeName })
  const values = { 导购: guideName, 门店: storeName }
  const { code, variants } = wordsInForce('welcome', situation, saved)
  const chosen = chooseVariant(variants, code, externalUserId)
  const [shipped] = shippedVariants('welcome', situation)
  return fillWords(chosen.text, values) ?? fillWords(shipped?.text ?? '', values) ?? ''
}

function welcomeSituation({ guideName, storeName }: WelcomeFacts): string {
  if (storeName) return 'store'
  return guideName ? 'guide' : 'nobody'
}
