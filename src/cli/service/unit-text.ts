/** Where the Debian package has what the files of deploy/systemd name. */
const PACKAGED = '/usr/lib/kith'

/** The first line of every file that `kith service install` makes: only such a file is changed or removed. */
export const MARK = '# Made by kith service install; kith service remove removes it.'

export interface Program {
  /** Absolute. */
  readonly node: string
  /** The folder with bin/kith.js, absolute and without a slash at its end. */
  readonly installation: string
  /** The major version of systemd. */
  readonly systemd: number
}

/** systemd from this version on opens the descriptor by which kith says that it is ready. */
const OPENS_FILES = 253

/**
 * The unit of the Debian package for a kith in another place. Where systemd cannot be told that the node is ready, it
 * does not wait for that, and does not watch over it.
 */
export function unitText(packaged: string, { node, installation, systemd }: Program): string {
  const placed = packaged
    .replaceAll(`${PACKAGED}/node `, () => `${quoted(node)} `)
    .replaceAll(`${PACKAGED}/bin/kith.js`, () => quoted(`${installation}/bin/kith.js`))
  const told =
    systemd >= OPENS_FILES
      ? placed
      : placed
          .replace(/^Type=notify$/m, 'Type=exec')
          .replace(/^(OpenFile|WatchdogSec|TimeoutStartSec)=.*\n/gm, '')
  return `${MARK}\n${told}`
}

/** The home alone: what the Debian package copies into it is in the package. */
export function tmpfilesText(packaged: string): string {
  const lines = packaged.split('\n').filter((line) => line.startsWith('d '))
  return `${MARK}\n${lines.join('\n')}\n`
}

/** A path as systemd.service(5) reads it in a command line. */
function quoted(path: string): string {
  const escaped = path.replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /[\s"'\\]/.test(path) ? `"${escaped.replaceAll(/["\\]/g, '\\$&')}"` : escaped
}
