/**
 * Files of the kernel, under /sys and /proc. Paths are absolute, as on Linux; an implementation may
 * store them elsewhere.
 */
export interface Sysfs {
  /**
   * The file's text with its trailing newline; at most 64 KiB.
   * @throws the system's error (ENOENT, EAGAIN, EIO …); NodeError 'busy' where another read does not return
   */
  read(path: string, signal?: AbortSignal): Promise<string>
  /** Names in a folder, sorted; an absent folder is empty. */
  list(path: string): Promise<string[]>
  write(path: string, text: string): Promise<void>
  /** Space of the file system that the path is on, which no kernel file shows. @throws the system's error */
  space(path: string): Promise<FileSystemSpace>
}

/** All in bytes. */
export interface FileSystemSpace {
  readonly total: number
  readonly free: number
  /** The part of the free bytes that users other than root may use. */
  readonly available: number
}
