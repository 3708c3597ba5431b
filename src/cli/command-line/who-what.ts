/** What a command is asked for, and of whom. */
export interface WhoWhat {
  readonly who: string
  readonly what?: string
}

/** WHO and SENSOR as two words, or as one: `hall/air`, `hall/air/temperature`. A multiaddr begins with a slash. */
export function whoWhat(who: string, what: string | undefined): WhoWhat {
  if (what !== undefined) return { who, what }
  const slash = who.indexOf('/')
  const isOneWord = slash > 0 && slash < who.length - 1
  return isOneWord ? { who: who.slice(0, slash), what: who.slice(slash + 1) } : { who }
}
