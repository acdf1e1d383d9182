import { describe, expect, it } from 'vitest'
import {
  arrangeTags,
  findTags,
  groupsFor,
  withTag,
  withoutTag,
} from '../../sidebar/tags/arrange-tags.ts'
import { aLibrary, aLibraryTag, aTag } from './support/builders.ts'

describe('arrangeTags', () => {
  it('makes four rows in the order of the dimensions', () => {
    const rows = arrangeTags([], [], 3)

    expect(rows.map((row) => row.dimension)).toEqual([
      'source',
      'behaviour',
      'lifecycle',
      'consumption',
    ])
  })

  it('puts tags by hand before automatic ones, newest first', () => {
    const rows = arrangeTags(
      [
        aTag({ id: '1', origin: 'rule', addedAt: '2026-11-20T00:00:00Z' }),
        aTag({ id: '2', origin: 'guide', addedAt: '2026-01-01T00:00:00Z' }),
        aTag({ id: '3', origin: 'wecom', addedAt: '2026-05-01T00:00:00Z' }),
      ],
      [],
      3,
    )

    expect(rows[3]?.on.map((tag) => tag.id)).toEqual(['3', '2', '1'])
  })

  it('suggests recently used tags first, none the customer has, at most as many as asked', () => {
    const library = [
      aLibraryTag({ id: '20' }),
      aLibraryTag({ id: '21', lastUsedAt: '2026-11-01T00:00:00Z' }),
      aLibraryTag({ id: '22', lastUsedAt: '2026-11-20T00:00:00Z' }),
      aLibraryTag({ id: '4', lastUsedAt: '2026-11-21T00:00:00Z' }),
    ]

    const rows = arrangeTags([aTag({ id: '4' })], library, 2)

    expect(rows[3]?.suggested.map((tag) => tag.id)).toEqual(['22', '21'])
  })
})

describe('search and new tags', () => {
  it('finds by name or group, ignoring case and spaces around', () => {
    const tags = [aLibraryTag({ id: '1', name: 'VIP' }), aLibraryTag({ id: '2', name: '油皮' })]

    expect(findTags(tags, ' vip ').map((tag) => tag.id)).toEqual(['1'])
    expect(findTags(tags, '肤质')).toHaveLength(2)
    expect(findTags(tags, '')).toHaveLength(2)
  })

  it('offers a new tag only in groups that take one and lack it', () => {
    const library = aLibrary([aLibraryTag({ name: '油皮', groupId: '92' })])

    expect(groupsFor('油皮', library).map((group) => group.id)).toEqual(['91'])
    expect(groupsFor('干皮', library).map((group) => group.id)).toEqual(['91', '92'])
    expect(groupsFor('  ', library)).toEqual([])
  })
})

describe('a change shown before the server knows', () => {
  it('adds once and removes what it added', () => {
    const tags = [aTag({ id: '4' })]
    const added = withTag(tags, aLibraryTag({ id: '10' }), '2026-11-22T00:00:00Z')

    expect(added.map((tag) => tag.id)).toEqual(['4', '10'])
    expect(withTag(added, aLibraryTag({ id: '10' }), '2026-11-22T00:00:00Z')).toBe(added)
    expect(withoutTag(added, '10')).toEqual(tags)
  })
})
