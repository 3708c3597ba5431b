/** All measurements of a node, one after the other. */
import { measure as disk } from './disk.ts'
import { measure as gossip } from './gossip.ts'
import { measure as idle } from './idle.ts'
import { measure as query } from './query.ts'
import { measure as start } from './start.ts'

export async function measure(): Promise<void> {
  for (const [name, part] of Object.entries({ start, idle, disk, query, gossip })) {
    console.log(`\n${name}`)
    await part()
  }
}
