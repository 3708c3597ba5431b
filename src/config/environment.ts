import type { Setting } from './options/walk.ts'

/** KITH_HOME names the home, where the configuration is. */
const NOT_OPTIONS: readonly string[] = ['KITH_HOME']

/** `KITH_` and the path in capitals: history.blockAge is KITH_HISTORY_BLOCK_AGE. */
export function variableOf(path: readonly string[]): string {
  const words = path.map((step) => step.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase())
  return `KITH_${words.join('_')}`
}

export interface VariableSetting {
  readonly variable: string
  readonly text: string
  /** Undefined where no option has this name. */
  readonly setting: Setting | undefined
}

/** The variables that begin with KITH_, sorted; empty ones count as not set. */
export function variablesFor(
  settings: ReadonlyMap<string, Setting>,
  environment: Readonly<Record<string, string | undefined>>
): VariableSetting[] {
  return Object.entries(environment)
    .filter(([variable]) => variable.startsWith('KITH_') && !NOT_OPTIONS.includes(variable))
    .flatMap(([variable, text]) => (text ? [{ variable, text, setting: settings.get(variable) }] : []))
    .sort((a, b) => (a.variable < b.variable ? -1 : 1))
}
