import { describe, expect, it } from 'vitest'
import { formatQuery, parseQuery, queryParams } from '../src/lib/query'

describe('a search in one line', () => {
  it('takes fields out of the words', () => {
    expect(parseQuery('status:blocked team:core retry now')).toEqual({
      words: 'retry now',
      status: 'blocked',
      repo: '',
      team: 'core',
      tag: '',
    })
  })
  it('takes values in quotes', () => {
    expect(parseQuery('team:"Field service" x').team).toBe('Field service')
  })
  it('leaves fields it does not know among the words', () => {
    expect(parseQuery('http://x colour:red').words).toBe('http://x colour:red')
  })
  it('is written as it was read', () => {
    for (const text of ['', 'a b', 'status:todo a', 'repo:acme/web team:"a b" tag:x c d']) expect(formatQuery(parseQuery(text))).toBe(text)
  })
  it('asks only for fields that are there', () => {
    expect(queryParams(parseQuery('tag:x y&z')).toString()).toBe('q=y%26z&tag=x')
  })
})
