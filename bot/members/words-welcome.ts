/** Who greets: what we know of the guide when the customer arrives. */
export interface WelcomeFacts {
  guideName: string | null
  storeName: string | null
}

/**
 * The first words a new customer reads, sent within 20 seconds of adding a guide (wecom-protocol 3.6).
 * Short: who this is, what they help with, how to say no.
 *
 * @example welcomeWords({ guideName: '林小满', storeName: '静安店' })
 * // '您好，我是静安店的林小满。想看的商品、到店活动、会员权益，随时问我。不想收到消息，跟我说一声就好。'
 */
export function welcomeWords(facts: WelcomeFacts): string {
  return `您好，${introduction(facts)}想看的商品、到店活动、会员权益，随时问我。不想收到消息，跟我说一声就好。`
}

function introduction({ guideName, storeName }: WelcomeFacts): string {
  if (guideName && storeName) return `我是${storeName}的${guideName}。`
  if (guideName) return `我是您的专属导购${guideName}。`
  if (storeName) return `我是${storeName}的导购。`
  return '很高兴认识您。'
}
