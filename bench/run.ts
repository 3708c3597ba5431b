/**
 * Side-by-side measurements, each one command: `npm run bench -- datagram`. A measurement is a module of
 * this folder with a `measure` function; it prints its own table.
 */
import { arch, cpus, platform, release } from 'node:os'

interface Measurement {
  measure(): Promise<void>
}

const measurements: Record<string, () => Promise<Measurement>> = {
  node: () => import('./node/all.ts'),
  start: () => import('./node/start.ts'),
  idle: () => import('./node/idle.ts'),
  disk: () => import('./node/disk.ts'),
  journal: () => import('./node/journal.ts'),
  query: () => import('./node/query.ts'),
  gossip: () => import('./node/gossip.ts'),
  datagram: () => import('./datagram.ts'),
  'datagram-flood': () => import('./datagram-flood.ts'),
  cipher: () => import('./cipher.ts'),
  via: () => import('./via.ts')
}

const names = process.argv.slice(2)
const unknown = names.filter((name) => measurements[name] === undefined)
if (names.length === 0 || unknown.length > 0) {
  console.error(`usage: npm run bench -- NAME ...; there are: ${Object.keys(measurements).join(', ')}`)
  process.exitCode = 2
} else {
  const [cpu] = cpus()
  console.log(
    `node ${process.version}, ${platform()} ${release()} ${arch()}, ${cpus().length} x ${cpu?.model}`
  )
  for (const name of names) {
    console.log(`\n${name}`)
    await (await measurements[name]?.())?.measure()
  }
}
