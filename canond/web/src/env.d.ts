import type { Session } from './api/types'

declare global {
  interface Window {
    /** What the server puts into the page. */
    __CANON__?: Session & { page?: unknown }
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
    /** Permission without which nothing is shown. */
    needs?: string
    /** Seen by everybody, without the frame of the application. */
    open?: boolean
  }
}
