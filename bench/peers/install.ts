/** Installs the packages of bench/peers, and builds its programs in Go and Rust where these are installed. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runs } from '../frame/pin.ts'
import { isMosquittoInstalled, NO_MOSQUITTO } from './brokers.ts'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))

/** @param tell a line about the progress @returns whether all was installed */
export function installPeers(tell: (line: string) => void): boolean {
  mkdirSync(join(FOLDER, 'build'), { recursive: true })
  const steps = [
    { name: 'packages of npm', tool: ['npm', '--version'], work: packages },
    { name: 'go-libp2p', tool: ['go', 'version'], work: go },
    ...['rust-libp2p', 'zenoh'].map((name) => ({
      name,
      tool: ['cargo', '--version'],
      work: () => rust(name)
    }))
  ]
  let all = true
  for (const { name, tool, work } of steps) {
    const [program = '', ...words] = tool
    if (!runs(program, ...words)) {
      tell(`${name}: left out, ${program} is not installed`)
      continue
    }
    tell(`${name} …`)
    try {
      work()
    } catch (error) {
      all = false
      tell(`${name}: ${error instanceof Error ? error.message.split('\n')[0] : error}`)
    }
  }
  if (!isMosquittoInstalled()) tell(NO_MOSQUITTO)
  return all
}

function packages(): void {
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: FOLDER,
    stdio: 'inherit'
  })
}

function go(): void {
  execFileSync('go', ['build', '-o', '../build/go', '.'], { cwd: join(FOLDER, 'go'), stdio: 'inherit' })
}

/** What cargo makes, 1 GB, stays outside the tree, for the next time. */
function rust(name: string): void {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kith/bench-peers')
  const words = ['build', '--release', '--locked', '--bin', name, '--target-dir', cache]
  execFileSync('cargo', words, { cwd: join(FOLDER, 'rust'), stdio: 'inherit' })
  copyFileSync(join(cache, 'release', name), join(FOLDER, 'build', name))
}
