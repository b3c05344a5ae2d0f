// "status:blocked team:core retry": fields and words of a search in one line,
// which is also what the address holds.

export interface Query {
  words: string
  status: string
  repo: string
  team: string
  tag: string
}

export const fields = ['status', 'repo', 'team', 'tag'] as const

const token = /(\w+):(?:"([^"]*)"|(\S+))|(\S+)/g

/** Fields that are not known stay words. The last of a field counts. */
export function parseQuery(text: string): Query {
  const query: Query = { words: '', status: '', repo: '', team: '', tag: '' }
  const words: string[] = []

  for (const match of text.matchAll(token)) {
    const name = match[1]?.toLowerCase()
    const field = fields.find((known) => known === name)

    if (field) query[field] = match[2] ?? match[3] ?? ''
    else words.push(match[0])
  }
  query.words = words.join(' ')
  return query
}

export function formatQuery(query: Query): string {
  const parts = fields
    .filter((field) => query[field])
    .map((field) => `${field}:${/\s/.test(query[field]) ? `"${query[field]}"` : query[field]}`)

  return [...parts, query.words].filter(Boolean).join(' ')
}

/** Parameters of the search endpoint. */
export function queryParams(query: Query): URLSearchParams {
  const params = new URLSearchParams()

  params.set('q', query.words)
  for (const field of fields) if (query[field]) params.set(field, query[field])
  return params
}
