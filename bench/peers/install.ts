/** Installs the packages of bench/peers, and builds its programs for which there is a compiler. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runs } from '../frame/pin.ts'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))

/** @param tell a line about the progress @returns whether all was installed */
export function installPeers(tell: (line: string) => void): boolean {
  mkdirSync(join(FOLDER, 'build'), { recursive: true })
  const steps = [
    { name: 'packages of npm', tool: ['npm', '--version'], work: packages },
    { name: 'go-libp2p', tool: ['go', 'version'], work: go },
    ...rustPrograms().map((name) => ({ name, tool: ['cargo', '--version'], work: () => rust(name) }))
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
  if (!runs('sh', '-c', 'PATH=$PATH:/usr/sbin command -v mosquitto'))
    tell('mosquitto is not installed: apt-get install mosquitto')
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

/** The folders of bench/peers/rust, each a crate with the name of its program. */
function rustPrograms(): string[] {
  const folder = join(FOLDER, 'rust')
  return existsSync(folder) ? readdirSync(folder) : []
}

function rust(name: string): void {
  const words = [
    'install',
    '--locked',
    '--path',
    join(FOLDER, 'rust', name),
    '--root',
    join(FOLDER, 'build/cargo')
  ]
  execFileSync('cargo', words, { stdio: 'inherit' })
}
