/**
 * Files of the kernel, under /sys and /proc. Paths are absolute, as on Linux; an implementation may
 * keep them elsewhere.
 */
export interface Sysfs {
  /** The file's text with its trailing newline; at most 64 KiB. @throws the system's error (ENOENT, EAGAIN, EIO …) */
  read(path: string, signal?: AbortSignal): Promise<string>
  /** Names in a folder, sorted; an absent folder is empty. */
  list(path: string): Promise<string[]>
  write(path: string, text: string): Promise<void>
  /** Of the file system that the path is on: what no file of the kernel tells. @throws the system's error */
  space(path: string): Promise<FileSystemSpace>
}

/** All in bytes. */
export interface FileSystemSpace {
  readonly total: number
  readonly free: number
  /** Of the free ones, those that anybody but root may use. */
  readonly available: number
}
