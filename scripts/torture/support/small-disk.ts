import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A disk of a few megabytes, to be filled. */
export interface SmallDisk {
  folder: string
  grow: (megabytes: number) => void
  remove: () => void
}

/**
 * Mounts a disk in memory at `folder`.
 *
 * @param owner a file or folder whose owner the disk's shall be
 * @returns undefined where this process may not mount
 */
export function mountSmallDisk(
  folder: string,
  megabytes: number,
  owner: string,
): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true })
  const mount = (...words: string[]) => execFileSync('mount', words, { stdio: 'ignore' })
  try {
    mount('-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0777`, 'tmpfs', folder)
  } catch {
    return undefined
  }
  // PostgreSQL wants a folder that is its own, and runs as nobody where we are root
  const inside = join(folder, 'data')
  mkdirSync(inside)
  const { uid, gid } = statSync(owner)
  chownSync(inside, uid, gid)
  return {
    folder: inside,
    grow: (size) => mount('-o', `remount,size=${size}m`, folder),
    remove: () => void execFileSync('umount', ['-l', folder], { stdio: 'ignore' }),
  }
}
