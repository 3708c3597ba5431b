import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** Of bench/peers/package.json, which `npm run bench -- --install-peers` installs. */
export async function installed<Exports>(name: string): Promise<Exports> {
  const path = createRequire(new URL('../package.json', import.meta.url)).resolve(name)
  return (await import(pathToFileURL(path).href)) as Exports
}
