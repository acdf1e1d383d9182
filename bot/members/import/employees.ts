import { flag, given, item, oneOf, optional, same, text } from './fields.ts'
import type { ImportSlice } from './slice.ts'

/** A guide, manager or headquarters person as the chain's systems send them. */
export const Employee = item({
  userid: text(64, "the member's userid in WeCom (账号)"),
  name: text(100, "the person's name"),
  storeNo: optional(text(64, "the store's number, a string")),
  role: oneOf(['guide', 'manager', 'hq']),
  active: optional(flag('whether the person works here')),
})

export const employees: ImportSlice<typeof Employee> = {
  schema: Employee,
  keyField: 'userid',
  // WeCom compares userids without case (wecom-protocol 0)
  keyOf: (employee) => employee.userid.toLowerCase(),
  // who comes or goes changes whom customers' relations reach, which those who write relations count at the same time
  locksMembers: 'exclusive',
  table: {
    name: 'employee',
    key: 'userid_key',
    stamped: true,
    columns: [
      // as WeCom or the chain first wrote it
      { name: 'userid', type: 'text', once: true },
      { name: 'name', type: 'text' },
      { name: 'store_no', type: 'text' },
      { name: 'role', type: 'role' },
      { name: 'active', type: 'boolean', empty: 'true' },
    ],
  },
  toRow: (employee) => ({
    userid_key: employee.userid.toLowerCase(),
    userid: employee.userid,
    name: employee.name,
    role: employee.role,
    ...given('store_no', employee.storeNo, same),
    ...given('active', employee.active, same),
  }),
}
