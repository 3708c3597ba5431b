// Makes dist/: kith in plain JavaScript, for images and packages. A clone runs from src/ without it.
// The tree in dist/ is that of the clone, so that paths relative to a file hold in both.
import { spawnSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
const compiler = spawnSync('tsc', ['-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32'
})
for (const name of ['package.json', 'deploy/kith.example.yaml', 'bin/kith.js']) {
  cpSync(join(root, name), join(dist, name), { recursive: true })
}
process.exitCode = compiler.status ?? 1
