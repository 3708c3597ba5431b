import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

/** Commands on the board: its busybox gives a shell to whoever connects, and nobody else can. */
export class Shell {
  /** On 127.0.0.1. */
  readonly port: number

  constructor(port: number) {
    this.port = port
  }

  /**
   * Runs lines of shell.
   * @returns what they wrote
   * @throws Error where they fail, or do not end within `deadline` ms
   */
  async run(lines: string, deadline = 30_000): Promise<string> {
    const signal = AbortSignal.timeout(deadline)
    const socket = connect({ port: this.port, host: '127.0.0.1', signal })
    socket.write(`exec 2>&1; export PATH=/bin:/sbin; (\n${lines}\n); echo "=$?"; exit\n`)
    const said = await text(socket).catch((cause) => {
      throw new Error(`the board does not answer: ${lines}`, { cause })
    })
    const [, out = said, status] = /^([\s\S]*)=(\d+)\n$/.exec(said) ?? []
    if (status !== '0') throw new Error(`${lines} fails on the board (${status}): ${out}`)
    return out.trim()
  }
}
