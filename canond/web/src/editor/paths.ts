/** "Größe & Form" to "grosse-form": what is safe in a file name everywhere. */
export function slugOf(title: string): string {
  const slug = title
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/[̀-ͯ]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80)

  return slug || 'untitled-spec'
}

/** What is wrong with a path, or "". */
export function pathProblem(path: string): string {
  if (!path) return 'A path is needed.'
  if (!path.endsWith('.md')) return 'The path must end in .md.'
  if (path.startsWith('/') || path.split('/').some((part) => part === '' || part === '.' || part === '..'))
    return 'The path must lead down from the root of the repository.'
  // eslint-disable-next-line no-control-regex
  return /[\u0000-\u001f\\]/.test(path) ? 'The path has characters that are not allowed.' : ''
}

/** "docs/specs/**\/*.md" to "docs/specs/": where files of a pattern may be. */
export function folderOf(pattern: string | undefined): string {
  if (!pattern) return 'docs/specs/'
  const parts = pattern.replace(/^\.?\//, '').split('/').slice(0, -1)
  const odd = parts.findIndex((part) => /[*?[\]{}!]/.test(part))

  return (odd < 0 ? parts : parts.slice(0, odd)).map((part) => `${part}/`).join('')
}
