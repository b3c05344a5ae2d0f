import { entryOf } from './table'

/** What stands for somebody without a picture. */
export function initials(name: string): string {
  return name
    .split(/[\s@.]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((part) => part.charAt(0).toUpperCase())
    .join('')
}

/** Only pictures of this server are shown: asking others would tell them who looks. */
export function ownPicture(address: string | undefined, origin = location.origin): string {
  try {
    return address && new URL(address, origin).origin === origin ? address : ''
  } catch {
    return ''
  }
}

const meanings: Record<string, string> = {
  'specs:read': 'Read specs, search, see coverage and tasks',
  'specs:write': 'Edit specs, start and finish tasks',
  'specs:admin': 'Manage API keys and the index',
  'org:manage': 'Manage the organisation and its billing',
  'platform:manage': 'Operate the installation',
}

/** What a permission allows, in words. */
export const meaningOf = (permission: string): string => entryOf(meanings, permission) ?? permission
