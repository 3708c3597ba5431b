import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { checkManifest } from './manifest.ts'

const script = fileURLToPath(new URL('../../deploy/image/manifest.sh', import.meta.url))
const xz = spawnSync('xz', ['--version']).status === 0

t.test('the manifest is of the files beside it', { skip: xz ? false : 'xz is not installed' }, async (t) => {
  const folder = t.testdir({ 'card.img': 'an image' })
  const image = join(folder, 'card.img')
  t.strictSame(await checkManifest(image), [], 'none where the image is not compressed')
  execFileSync('xz', ['--keep', image])
  execFileSync(script, [folder, 'card', '1.2.3', '1764374400'])
  t.match(await checkManifest(image), [
    /^the manifest for Imager is of these files: 8 bytes, sha256 [0-9a-f]{64}/
  ])
  appendFileSync(`${image}.xz`, '\0\0\0\0')
  await t.rejects(checkManifest(image), /card\.img\.xz: \d+ bytes/, 'the compressed image has another size')
  rmSync(`${image}.xz`)
  writeFileSync(`${image}.xz`, execFileSync('xz', ['--stdout'], { input: 'an other' }))
  execFileSync(script, [folder, 'card', '1.2.3', '1764374400'])
  await t.rejects(checkManifest(image), /card\.img\.xz, unpacked: /, 'another image is in the compressed one')
})
