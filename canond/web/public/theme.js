// Before the first paint, so that no page flashes in the wrong theme; and what the page will ask for.
;(() => {
  // The list that the page shows is on its way while the scripts load.
  const [, org, page] = /^\/app\/([\w.-]+)\/(tasks)?$/.exec(location.pathname) ?? []
  if (org) {
    const address = `/app/${org}/api/${page ?? 'dashboard'}`
    const answer = fetch(address, { headers: { Accept: 'application/json' } })
      .then((found) => (found.ok ? found.json() : null))
      .catch(() => null)
    window.__CANON_EARLY__ = { address, answer }
  }
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
