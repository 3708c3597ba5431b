import { NodeError } from '../../../error.ts'
import { systemCode } from '../system-code.ts'

/**
 * The error for a line that the kernel refuses.
 * @param owner its consumer, where the kernel shows one
 */
export function refused(line: string, cause: unknown, owner = ''): NodeError {
  const code = systemCode(cause)
  if (code === 'EBUSY') {
    const whom = owner === '' ? 'the kernel or another program' : owner
    return new NodeError('busy', `line ${line} is in use by ${whom}`, {
      hint: 'end that program, or remove the overlay that claims it from /boot/firmware/config.txt; gpioinfo shows all',
      remedy: 'retry',
      cause
    })
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new NodeError('not-permitted', `line ${line} may not be used`, {
      hint: 'let the user into the group gpio: usermod -aG gpio <user>; in a container, add --device /dev/gpiochip0',
      cause
    })
  }
  if (code === 'ENODEV' || code === 'ENOENT') {
    return new NodeError('no-such-line', `the chip of line ${line} has gone`, {
      hint: 'plug it in again; kith retries by itself',
      remedy: 'retry',
      cause
    })
  }
  return new NodeError(
    'unsupported',
    `line ${line} cannot be used this way${code === undefined ? '' : ` (${code})`}`,
    {
      hint: 'its chip may lack pull resistors or edges (try bias: as-is, or another line), or Linux is older than 5.10',
      cause
    }
  )
}
