import { openDatabase } from '../../../prisma/db.ts'
import { importerOf } from './importer.ts'
import { streamOrders, type Told } from './memory.ts'

const [url = '', orders, members] = process.argv.slice(2)
const db = openDatabase(url, { connections: 4 })
const tell = (told: Told) => process.send?.(told)
await streamOrders(importerOf(db), { orders: Number(orders), members: Number(members), tell })
await db.close()
process.disconnect()
