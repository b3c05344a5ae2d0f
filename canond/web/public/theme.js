// Before the first paint, so that no page flashes in the wrong theme.
;(() => {
  let wish = null
  try {
    wish = localStorage.getItem('sw-theme')
  } catch {
    // storage is switched off: the system decides
  }
  const dark =
    wish === 'dark' || (wish !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.classList.toggle('dark', dark)
})()
