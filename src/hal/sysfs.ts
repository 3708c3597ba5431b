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
}
