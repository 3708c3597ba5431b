import type { run } from '../debian/root.ts'

/** kith: no peer was found or reached. */
const UNREACHABLE = 3
const EMULATED_ATTEMPTS = 3

/**
 * The temperature that `kith ask … --json` prints. An emulated node may pause for longer than a connection waits for a
 * ping, which closes it; it is then asked again, as the error says to do.
 * @throws Error where it fails
 */
export async function answerOf(ask: () => ReturnType<typeof run>, isEmulated: boolean): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const { status, output } = await ask()
    const value = /"value":(-?[\d.]+)/.exec(output)?.[1]
    if (status === 0 && value !== undefined)
      return `${value} °C${attempt === 1 ? '' : `, in attempt ${attempt}`}`
    if (status !== UNREACHABLE || !isEmulated || attempt === EMULATED_ATTEMPTS)
      throw new Error(`kith ask ended with ${status} in attempt ${attempt}:\n${output}`)
  }
}
