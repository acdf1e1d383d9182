import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { BusinessDay } from '../../domain/business-day.ts'
import { UnusableFile } from './file-row.ts'

/** One line of the CDNOW sample: a purchase. */
export interface CdnowPurchase {
  /** number in the master set */
  customer: string
  day: BusinessDay
  quantity: number
  /** US cents, taken for fen */
  amountFen: number
}

const LINE = /^\s*(\d+)\s+\d+\s+(\d{4})(\d\d)(\d\d)\s+(\d+)\s+(\d+(?:\.\d+)?)\s*$/

/**
 * Reads the 1/10 sample of the CDNOW cohort (Fader & Hardie), line by line: customer in the master set, customer in
 * the sample, date YYYYMMDD, number of CDs, dollars.
 *
 * @throws UnusableFile where there is no such file, or naming the first line that is none of these
 */
export async function* readCdnow(file: string): AsyncGenerator<CdnowPurchase> {
  if (!existsSync(file)) throw new UnusableFile(`There is no file ${file}.`)
  let number = 0
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Infinity,
  })) {
    number += 1
    if (line.trim() === '') continue
    const found = LINE.exec(line)
    if (!found) {
      throw new UnusableFile(
        `${file}, line ${number}: write customer, number in the sample, date YYYYMMDD, quantity and dollars, separated by spaces.`,
      )
    }
    const [, customer = '', year, month, day, quantity, dollars] = found
    yield {
      customer,
      day: `${year}-${month}-${day}`,
      quantity: Number(quantity),
      amountFen: Math.round(Number(dollars) * 100),
    }
  }
}

/**
 * The sample as members and orders of the open API (docs/recipes/connect-your-pos.md): each line is a paid order at
 * noon; a member joined on the day of their first one.
 */
export async function cdnowRows(file: string): Promise<{ members: object[]; orders: object[] }> {
  const joined = new Map<string, BusinessDay>()
  const orders: object[] = []
  const nth = new Map<string, number>()
  for await (const { customer, day, quantity, amountFen } of readCdnow(file)) {
    const memberNo = `CDNOW-${customer}`
    const known = joined.get(memberNo)
    if (known === undefined || day < known) joined.set(memberNo, day)
    const place = (nth.get(`${memberNo} ${day}`) ?? 0) + 1
    nth.set(`${memberNo} ${day}`, place)
    orders.push({
      orderNo: `${memberNo}-${day.replaceAll('-', '')}-${place}`,
      memberNo,
      paidAt: `${day}T12:00:00+08:00`,
      amountFen,
      status: 'paid',
      items: [{ sku: 'CD', name: 'CD', category: 'CD', quantity, amountFen }],
    })
  }
  const members = [...joined].map(([memberNo, day]) => ({
    memberNo,
    joinedAt: `${day}T12:00:00+08:00`,
    source: 'CDNOW sample',
  }))
  return { members, orders }
}
