import type { Session } from './api/types'

declare global {
  /** Of the application, from its package.json. */
  const __VERSION__: string

  interface Window {
    /** What the server puts into the page. */
    __CANON__?: Session & { page?: unknown }
    /** What theme.js has asked for before this application was there; null: not to be had like that. */
    __CANON_EARLY__?: { address: string; answer: Promise<unknown> }
  }
}

declare module 'vue-router' {
  interface RouteMeta {
    /** Name of the page for the window's title. */
    title?: string
    /** Entry of the navigation that is marked. */
    nav?: string
    /** Widest the content gets: 'wide', 'page', 'narrow', 'full'. */
    width?: string
    /** Another path is another page: nothing is kept of the one before. */
    perPath?: boolean
    /** Permission without which nothing is shown. */
    needs?: string
    /** Seen by everybody, without the frame of the application. */
    open?: boolean
  }
}
