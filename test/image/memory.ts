import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Board } from './board.ts'

const UNIT = join(import.meta.dirname, '../../deploy/systemd/kith.service')
const GROUP = '/sys/fs/cgroup/system.slice/kith.service'
/** Takes memory without end, as a process of the service. */
const LEAK = `exec /usr/lib/kith/node -e "for (const kept = [];;) kept.push(Buffer.alloc(2 ** 23, 1))"`
/** As a shell has it: 128 and SIGKILL. */
const KILLED = '137'
/** Seconds of this machine until the service runs again. */
const AGAIN = 250

/**
 * The limit of the unit is the kernel's: it ends what takes more, and systemd starts the service again and says why.
 * @returns what was found to be so @throws Error for what is not
 */
export async function memoryIsLimited(board: Board): Promise<string[]> {
  const max = Number(/^MemoryMax=(\d+)M$/m.exec(readFileSync(UNIT, 'utf8'))?.[1]) * 2 ** 20
  const limits = await board.run(`cd ${GROUP} && cat memory.max memory.swap.max memory.current`)
  const [found, swap, used] = limits.split('\n').map(Number)
  if (found !== max || swap !== 0 || used === undefined || !(used < max))
    throw new Error(`memory.max, memory.swap.max and memory.current of the service are ${limits}`)
  const before = await board.run('systemctl show -P MainPID kith')
  const ended = await board.run(`sh -c 'echo $$ > ${GROUP}/cgroup.procs && ${LEAK}'; echo $?`)
  if (ended !== KILLED) throw new Error(`a process that takes memory without end ended with ${ended}`)
  await board.run(
    `timeout ${AGAIN} sh -c 'until pid=$(systemctl show -P MainPID kith) && [ $pid != 0 ] && [ $pid != ${before} ] && systemctl -q is-active kith; do sleep 1; done'`
  )
  const log = await board.run('kith logs')
  const said = /kith\.service: Failed with result 'oom-kill'/.exec(log)?.[0]
  if (said === undefined) throw new Error(`kith logs says:\n${log}`)
  return [
    `the kernel limits the service to ${max / 2 ** 20} MiB and no swap; it takes ${(used / 2 ** 20).toFixed(0)} MiB`,
    `a process of it that took more was killed, the log says so (${said}), and the service was started again`
  ]
}
