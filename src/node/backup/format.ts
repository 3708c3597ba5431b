/*
 * A backup of kith is a tar archive (tar.ts), which tar(1) reads too:
 *
 *     kith-backup.json    what it is: the Manifest below
 *     home/NAME ...       the files of the home
 *     SHA256SUMS          the checksum of each file before it, as sha256sum(1) writes and checks them
 *
 * The checksums end it, so that an archive which ends early is known as such.
 */
export const MANIFEST = 'kith-backup.json'
export const SUMS = 'SHA256SUMS'
/** Before the names of the home's files. */
export const HOME = 'home/'

export const FORMAT = 'kith-backup'
export const FORMAT_VERSION = 1

/** Files of a home beyond which a backup is refused, in both directions. */
export const MAX_FILES = 4096
/** Bytes of the manifest. */
export const MAX_MANIFEST = 4096
/** Bytes of the checksums: of each file 64 digits, two spaces, a name of at most 256 bytes, a newline. */
export const MAX_SUMS = (MAX_FILES + 1) * (64 + 2 + 256 + 1)

export interface Manifest {
  /** PeerId of the node. */
  readonly peer: string
  /** ISO 8601. */
  readonly created: string
  /** The version of kith that made it. */
  readonly kith: string
}
