import { NodeError } from '../../../error.ts'
import { systemCode } from '../system-code.ts'

/**
 * Why the kernel does not give a line, for people.
 * @param owner who has it, where the kernel tells
 */
export function refused(line: string, cause: unknown, owner = ''): NodeError {
  const code = systemCode(cause)
  if (code === 'EBUSY') {
    const whom = owner === '' ? 'the kernel or another program' : owner
    return new NodeError('busy', `line ${line} is in use by ${whom}`, {
      hint: 'end that program, or take the overlay that claims it out of /boot/firmware/config.txt; gpioinfo shows all',
      remedy: 'retry',
      cause
    })
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new NodeError('not-permitted', `line ${line} may not be used`, {
      hint: 'let the user into the group gpio: usermod -aG gpio <user>; in a container, hand the chip in: --device /dev/gpiochip0',
      cause
    })
  }
  if (code === 'ENODEV' || code === 'ENOENT') {
    return new NodeError('no-such-line', `the chip of line ${line} has gone`, {
      hint: 'plug it in again; it is looked for by itself',
      remedy: 'retry',
      cause
    })
  }
  return new NodeError(
    'unsupported',
    `line ${line} cannot be used so${code === undefined ? '' : ` (${code})`}`,
    {
      hint: 'its chip may have no pull resistors or report no edges (try bias: as-is, or another line), or Linux is older than 5.10',
      cause
    }
  )
}
