// The shell: keys, the frame, what it says when something is missing.
import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { actionOf, keyActions, listenToKeys, singleKeys, useKeys } from '../src/lib/keys'

describe('keys of a page', () => {
  const run = vi.fn()
  const page = () => mount({ setup: () => (listenToKeys(), useKeys([{ keys: 'e', what: 'Edit', run }])), template: '<p />' })
  const press = (target: EventTarget) => target.dispatchEvent(new KeyboardEvent('keydown', { key: 'e', bubbles: true, composed: true, cancelable: true }))

  beforeEach(() => {
    keyActions.value = []
    singleKeys.on = true
    run.mockClear()
  })
  afterEach(() => (document.body.innerHTML = ''))

  it('go with the page', () => {
    const first = page()
    const second = page()
    expect(keyActions.value).toHaveLength(2)
    first.unmount()
    expect(keyActions.value).toHaveLength(1)
    second.unmount()
    expect(keyActions.value).toEqual([])
    press(document.body)
    expect(run).not.toHaveBeenCalled()
  })

  it('leave alone who writes in a shadow root', () => {
    const box = page()
    const host = document.body.appendChild(document.createElement('div'))
    const field = host.attachShadow({ mode: 'open' }).appendChild(document.createElement('div'))
    field.setAttribute('contenteditable', 'true')
    press(field)
    expect(run).not.toHaveBeenCalled()
    press(document.body)
    expect(run).toHaveBeenCalledOnce()
    box.unmount()
  })

  it('do nothing behind a dialog, not even with Ctrl', () => {
    const box = page()
    keyActions.value = [...keyActions.value, { keys: 'Ctrl k', what: 'Search', run }]
    document.body.innerHTML = '<dialog open></dialog>'
    press(document.body)
    expect(run).not.toHaveBeenCalled()
    expect(actionOf(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true }))).toBeUndefined()
    box.unmount()
  })
})
