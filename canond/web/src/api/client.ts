// Requests to the JSON API: one way to ask, one kind of error.

export type Trouble = 'offline' | 'login' | 'github' | 'denied' | 'missing' | 'conflict' | 'invalid' | 'limited' | 'server'

/** An answer that is not the one that was hoped for. */
export class ApiError extends Error {
  constructor(
    readonly trouble: Trouble,
    message: string,
    readonly status = 0,
    readonly body: unknown = null,
    readonly requestId = '',
    readonly retryAfter = 0,
  ) {
    super(message)
    this.name = 'ApiError'
  }
}

function troubleOf(status: number): Trouble {
  if (status === 401) return 'login'
  if (status === 403) return 'denied'
  if (status === 404) return 'missing'
  if (status === 409) return 'conflict'
  if (status === 429) return 'limited'
  return status < 500 ? 'invalid' : 'server'
}

/** What the server says for people; both of its names for it are looked at. */
export function messageOf(body: unknown, status: number): string {
  if (body && typeof body === 'object') {
    const { detail, error } = body as { detail?: unknown; error?: unknown }
    if (typeof detail === 'string') return detail
    if (typeof error === 'string') return error
    if (Array.isArray(detail) && detail.length > 0) {
      return detail
        .map((item: { loc?: unknown[]; msg?: string }) => `${(item.loc ?? []).slice(1).join('.')}: ${item.msg ?? ''}`)
        .join('; ')
    }
  }
  return status === 0 ? 'Canon cannot be reached' : `Canon answered with status ${status}`
}

async function bodyOf(answer: Response): Promise<unknown> {
  const text = await answer.text()
  if (!(answer.headers.get('content-type') ?? '').includes('json')) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export interface Asking {
  method?: 'GET' | 'POST' | 'DELETE'
  json?: unknown
  signal?: AbortSignal
}

async function send(path: string, { method = 'GET', json, signal }: Asking): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' }

  if (json !== undefined) headers['Content-Type'] = 'application/json'
  try {
    return await fetch(path, {
      method,
      headers,
      body: json === undefined ? null : JSON.stringify(json),
      credentials: 'same-origin',
      signal: signal ?? null,
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError('offline', messageOf(null, 0))
  }
}

let renewal: Promise<boolean> | null = null

/** How long another tab takes to renew the session, in milliseconds. */
const otherTab = 1000

/** Let the provider say again what the session may do: once for all who wait. 409: another tab is about it. */
function renew(): Promise<boolean> {
  renewal ??= send('/auth/refresh', { method: 'POST', json: {} })
    .then(async (answer) => {
      if (answer.status === 409) await new Promise((resolve) => setTimeout(resolve, otherTab))
      return answer.status === 200 || answer.status === 409
    })
    .catch(() => false)
    .finally(() => {
      renewal = null
    })
  return renewal
}

/** A missing GitHub account is no session that has ended. */
function kindOf(answer: Response): Trouble {
  const challenge = answer.headers.get('www-authenticate') ?? ''

  return answer.status === 401 && /^github-oauth/i.test(challenge) ? 'github' : troubleOf(answer.status)
}

export async function ask<T>(path: string, asking: Asking = {}): Promise<T> {
  let answer = await send(path, asking)

  if (kindOf(answer) === 'login' && (await renew())) answer = await send(path, asking)
  const body = await bodyOf(answer)
  if (answer.ok) return body as T
  throw new ApiError(
    kindOf(answer),
    messageOf(body, answer.status),
    answer.status,
    body,
    answer.headers.get('x-request-id') ?? '',
    Number(answer.headers.get('retry-after') ?? 0),
  )
}

/** A path with its parts escaped: path`/app/${org}/api/tasks`. */
export function path(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return parts.reduce((all, part, i) => all + encodeURIComponent(values[i - 1] ?? '') + part)
}

/** A file path, whose slashes stay. */
export function filePath(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/')
}
