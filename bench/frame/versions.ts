import { readFileSync } from 'node:fs'

/** Names and installed versions of packages, for the line above a table. */
export function versions(...packages: readonly string[]): string {
  const of = (name: string): string => {
    const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
    return `${name} ${(JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version}`
  }
  return packages.map(of).join(', ')
}
