import { clockChips, devices } from '../../devices/index.ts'
import { allCommands } from '../../src/cli/commands.ts'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { commandPage } from './command-page.ts'
import { configurationPage } from './configuration-page.ts'

/**
 * The manual pages by file name.
 * @param seconds Unix time of the date on the pages
 */
export async function manualPages(version: string, seconds: number): Promise<Record<string, string>> {
  const facts = { source: `kith ${version}`, date: new Date(seconds * 1000).toISOString().slice(0, 10) }
  return {
    'kith.1': commandPage(await allCommands(), facts),
    'kith.yaml.5': configurationPage(await configJsonSchema(devices, clockChips), facts)
  }
}
