import { computed, ref } from 'vue'

export type Theme = 'system' | 'light' | 'dark'

const key = 'sw-theme'
const system = matchMedia('(prefers-color-scheme: dark)')
const systemDark = ref(system.matches)

function stored(): Theme {
  try {
    const value = localStorage.getItem(key)
    return value === 'light' || value === 'dark' ? value : 'system'
  } catch {
    return 'system'
  }
}

const wish = ref<Theme>(stored())

export const isDark = computed(() => (wish.value === 'system' ? systemDark.value : wish.value === 'dark'))

function apply(): void {
  document.documentElement.classList.toggle('dark', isDark.value)
}

system.addEventListener('change', (event) => {
  systemDark.value = event.matches
  apply()
})

export const theme = computed<Theme>({
  get: () => wish.value,
  set(value) {
    wish.value = value
    try {
      if (value === 'system') localStorage.removeItem(key)
      else localStorage.setItem(key, value)
    } catch {
      // without storage the choice lasts as long as the page
    }
    apply()
  },
})
