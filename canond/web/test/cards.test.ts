import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { computed, defineComponent, h, nextTick, ref, shallowReactive } from 'vue'
import type { Criterion, Section } from '../src/editor/api'
import type { CardDesk } from '../src/editor/cards'
import SectionCards from '../src/editor/SectionCards.vue'

/** Enough of the parser: one section, its title and its criteria. */
function sectionsOf(doc: string): Section[] {
  const lines = doc.split('\n')
  const at = lines.findIndex((line) => line.startsWith('## '))
  const criteria = lines.flatMap((line, i): Criterion[] => {
    const found = /^- \[([ x])\] (.+)$/.exec(line)
    return found ? [{ text: found[2]!, checked: found[1] === 'x', line: i + 1 } as Criterion] : []
  })

  return [
    {
      ...{ id: '1', title: lines[at]?.slice(3) ?? '', section_number: null, depth: 2, status: 'todo', start_line: at + 1, end_line: lines.length - 1 },
      ...{ prose_content: '', children: [], acceptance_criteria: criteria },
    } as unknown as Section,
  ]
}

const mounted: VueWrapper<any>[] = []
afterEach(() => {
  for (const box of mounted.splice(0)) box.unmount()
})

function cards(doc = '## Name\n\n- [ ] one\n- [ ] two\n') {
  const text = ref(doc)
  const parsedText = ref(doc)
  const said: string[] = []
  const held = shallowReactive(new Map<symbol, () => string>())
  let canRead = true
  async function read(): Promise<boolean> {
    if (canRead) parsedText.value = text.value
    await nextTick()
    await nextTick()
    return canRead
  }
  const desk: CardDesk = {
    ...{ text, parsedText, isFresh: computed(() => text.value === parsedText.value), isReadonly: ref(false), goTo: () => undefined },
    ...{ write: (now) => (text.value = now), setStatus: async () => true, say: (words) => said.push(words), reread: read },
    hold: (field, finish) => void (finish ? held.set(field, finish) : held.delete(field)),
  }
  const page = defineComponent({ setup: () => () => h(SectionCards, { sections: sectionsOf(parsedText.value), desk }) })
  const box = mount(page, { attachTo: document.body })
  mounted.push(box)
  const field = (name: string, n = 0) => box.findAll(`[aria-label="${name}"]`)[n]!
  async function type(name: string, words: string, n = 0): Promise<void> {
    const element = field(name, n).element as HTMLInputElement
    element.value = words
    await field(name, n).trigger('input')
  }
  return { text, said, held, box, read, field, type, stopReading: () => (canRead = false) }
}

describe('words in a card', () => {
  it('go on into the text after it was changed elsewhere', async () => {
    const { text, held, read, type } = cards()
    await type('Criterion', 'one a')
    text.value = text.value.replace('## Name', '---\nowner: ben\n---\n## Name')
    await read()
    await type('Criterion', 'one ab')
    expect(text.value).toBe('---\nowner: ben\n---\n## Name\n\n- [ ] one ab\n- [ ] two\n')
    expect(held.size).toBe(0)
  })
  it('wait for their place when the text was changed elsewhere and is not read yet', async () => {
    const { text, held, read, type, field } = cards()
    await type('Criterion', 'one a')
    text.value = `---\nowner: ben\n---\n${text.value}`
    await type('Criterion', 'one ab')
    await field('Criterion').trigger('blur')
    expect([held.size, (field('Criterion').element as HTMLInputElement).value]).toEqual([1, 'one ab'])
    await read()
    expect([held.size, text.value]).toEqual([0, '---\nowner: ben\n---\n## Name\n\n- [ ] one ab\n- [ ] two\n'])
  })
  it('stay in the field, and are told of, when their place is gone; Escape drops them', async () => {
    const { text, held, read, type, field } = cards()
    await type('Criterion', 'one a')
    text.value = text.value.replace('one a', 'something else')
    await read()
    await type('Criterion', 'one ab')
    await field('Criterion').trigger('blur')
    await read()
    expect((field('Criterion').element as HTMLInputElement).value).toBe('one ab')
    expect([...held.values()].map((finish) => finish())).toEqual([expect.stringContaining('no place in the text')])
    await field('Criterion').trigger('keydown', { key: 'Escape' })
    expect([held.size, text.value]).toEqual([0, '## Name\n\n- [ ] something else\n- [ ] two\n'])
  })
  it('come back when a title or a criterion is left without any', async () => {
    const { text, said, held, type, field } = cards()
    for (const words of ['Nam', 'N', '']) await type('Title of the section', words)
    expect([...held.values()].map((finish) => finish())).toEqual(['A title needs words'])
    await field('Title of the section').trigger('blur')
    expect([text.value, held.size, said]).toEqual(['## Name\n\n- [ ] one\n- [ ] two\n', 0, ['A title needs words']])
  })
})

describe('a list in a card', () => {
  it('is changed where its lines are when the text has moved', async () => {
    const { text, field, read, box } = cards()
    text.value = `new\n${text.value}`
    await field('Done: two').setValue(true)
    await flushPromises()
    expect(text.value).toBe('new\n## Name\n\n- [ ] one\n- [x] two\n')
    await read()
    text.value = `and\n${text.value}`
    await field('Move up: two').trigger('click')
    await flushPromises()
    await read()
    text.value = `more\n${text.value}`
    await field('Remove criterion: one').trigger('click')
    await flushPromises()
    await read()
    text.value = `lines\n${text.value}`
    await field('New criterion of Name').setValue('three')
    await box.get('form').trigger('submit')
    await flushPromises()
    expect(text.value).toBe('lines\nmore\nand\nnew\n## Name\n\n- [x] two\n- [ ] three\n')
  })
  it('says so when it cannot be changed', async () => {
    const { text, said, field, box, stopReading } = cards()
    stopReading()
    text.value = `new\n${text.value}`
    await field('Done: two').setValue(true)
    await field('Remove criterion: one').trigger('click')
    await field('New criterion of Name').setValue('three')
    await box.get('form').trigger('submit')
    await flushPromises()
    expect(said).toEqual(Array(3).fill('Not possible until the text has been read again'))
    expect([(field('Done: two').element as HTMLInputElement).checked, (field('New criterion of Name').element as HTMLInputElement).value]).toEqual([false, 'three'])
    expect(text.value).toBe('new\n## Name\n\n- [ ] one\n- [ ] two\n')
  })
})
