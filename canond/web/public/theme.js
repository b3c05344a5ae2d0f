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
  // The list that the page will ask for is on its way while the scripts load.
  const [, org, page] = /^\/app\/([\w.-]+)\/(tasks)?$/.exec(location.pathname) ?? []
  if (org) {
    const link = document.createElement('link')
    link.rel = 'preload'
    link.as = 'fetch'
    link.crossOrigin = 'anonymous'
    link.href = `/app/${org}/api/${page ?? 'dashboard'}`
    document.head.append(link)
  }
})()
