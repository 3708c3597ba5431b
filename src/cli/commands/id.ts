import { NodeError } from '../../error.ts'
import { type Context, defineCommand } from '../command-line/command.ts'
import { runningNode } from '../command-line/running-node.ts'
import { loadNodeConfig } from '../load-config.ts'
import { facts } from '../terminal/table.ts'

/** The invite below the code, of two lines at 80 columns, and the prompt. */
const ROWS_BELOW = 3

export const id = defineCommand({
  name: 'id',
  summary: 'print the PeerId, its name and its addresses',
  options: { qr: { kind: 'flag', summary: 'print an invite for kith book add, and its QR code' } },
  positionals: [],
  example: 'kith id --qr',
  async run(context) {
    const { terminal, json, options, home } = context
    if (json && options.qr === true)
      throw new NodeError('usage', 'kith id: --json and --qr exclude each other')
    const { peer, name, addresses } =
      (await (await runningNode(context))?.status()) ?? (await identityInHome(context))
    if (json) return terminal.json({ peer, name, addresses })
    terminal.line(peer)
    if (options.qr === true) {
      const [{ qrLines }, { ownInvite }] = await Promise.all([
        import('../terminal/qr-code.ts'),
        import('../../node/peers/own-invite.ts')
      ])
      const invite = ownInvite({ peer, name, addresses })
      if (terminal.ascii) {
        terminal.remark('kith: a QR code needs a locale of UTF-8, for example LANG=C.UTF-8; this is its text')
        return terminal.line(invite)
      }
      const code = qrLines(invite)
      terminal.lines([...code, invite])
      if (terminal.live && code.length > terminal.height - ROWS_BELOW)
        terminal.remark(
          `kith: the code has ${code.length} rows, more than this terminal has: enlarge it, or scroll up`
        )
      return
    }
    if (!terminal.live) return
    const shown = addresses.length > 0 ? addresses : `none: no node runs in ${home}`
    const lines = [
      ['name', name],
      ['addresses', shown]
    ] as const
    terminal.lines(facts(lines, terminal.ansi))
  }
})

interface Identified {
  readonly peer: string
  readonly name: string
  /** Empty if no node runs. */
  readonly addresses: readonly string[]
}

/** The PeerId is in the home: no node needs to be started. */
async function identityInHome({ home, environment }: Context): Promise<Identified> {
  const [{ peerOfHome }, { config }] = await Promise.all([
    import('../../node/home.ts'),
    loadNodeConfig({ home, environment })
  ])
  return { peer: await peerOfHome(home), name: config.name, addresses: [] }
}
