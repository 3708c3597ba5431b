import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'

/** What Raspberry Pi Imager reads of an image. */
interface Entry {
  readonly url: string
  readonly extract_size: number
  readonly extract_sha256: string
  readonly image_download_size: number
  readonly image_download_sha256: string
}

/**
 * Holds what Raspberry Pi Imager is told to the bytes of the files.
 * @param image as `npm run image` makes it, with the manifest and the compressed image beside it
 * @returns what was found to be so; nothing where the image was made with --no-xz @throws Error for what is not
 */
export async function checkManifest(image: string): Promise<string[]> {
  const file = image.replace(/\.img$/, '.rpi-imager-manifest')
  if (!existsSync(file)) return []
  const { os_list } = JSON.parse(readFileSync(file, 'utf8')) as { os_list: readonly Entry[] }
  const [entry] = os_list
  if (entry === undefined || os_list.length !== 1) throw new Error(`${file} has ${os_list.length} images`)
  const compressed = entry.url.replace(/^file:\/\//, '')
  const plain = `${entry.extract_size} bytes, sha256 ${entry.extract_sha256}`
  const packed = `${entry.image_download_size} bytes, sha256 ${entry.image_download_sha256}`
  hold(image, plain, await digest(createReadStream(image)))
  hold(compressed, packed, await digest(createReadStream(compressed)))
  hold(`${compressed}, unpacked`, plain, await digest(unpacked(compressed)))
  return [`the manifest for Imager is of these files: ${plain}; compressed ${packed}`]
}

function hold(what: string, wanted: string, found: string): void {
  if (found !== wanted) throw new Error(`${what}: ${found}, and the manifest says ${wanted}`)
}

function unpacked(file: string): Readable {
  return spawn('xz', ['--decompress', '--stdout', file], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout
}

async function digest(stream: Readable): Promise<string> {
  const hash = createHash('sha256')
  let size = 0
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    hash.update(bytes)
    size += bytes.length
  }
  return `${size} bytes, sha256 ${hash.digest('hex')}`
}
