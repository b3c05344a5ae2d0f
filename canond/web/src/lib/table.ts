/** What a table has under a name that comes from elsewhere: "constructor" is in none of them. */
export const entryOf = <T>(table: Record<string, T>, name: string): T | undefined => (Object.hasOwn(table, name) ? table[name] : undefined)
