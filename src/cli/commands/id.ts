import { isNodeError, NodeError } from '../../error.ts'
import { type Context, defineCommand } from '../command-line/command.ts'
import { loadNodeConfig } from '../load-config.ts'
import { facts } from '../terminal/table.ts'

export const id = defineCommand({
  name: 'id',
  summary: 'the PeerId, and where it can be reached',
  options: { qr: { kind: 'flag', summary: 'the PeerId as a QR code' } },
  positionals: [],
  example: 'kith id --qr',
  async run(context) {
    const { terminal, json, options, home } = context
    if (json && options.qr === true)
      throw new NodeError('usage', 'kith id: --json and --qr exclude each other')
    const { peer, name, addresses } = (await toldByNode(context)) ?? (await writtenInHome(context))
    if (json) return terminal.json({ peer, name, addresses })
    terminal.line(peer)
    if (options.qr === true) {
      const { qrLines } = await import('../terminal/qr-code.ts')
      return terminal.lines(qrLines(peer))
    }
    if (!terminal.live) return
    const reached = addresses.length > 0 ? addresses : `nowhere: no node runs in ${home}`
    const lines = [
      ['name', name],
      ['reached at', reached]
    ] as const
    terminal.lines(facts(lines, terminal.ansi))
  }
})

interface Identified {
  readonly peer: string
  readonly name: string
  /** None where no node runs. */
  readonly addresses: readonly string[]
}

async function toldByNode({ connect }: Context): Promise<Identified | undefined> {
  try {
    const { operations } = await connect({ needs: 'a PeerId', running: true })
    return await operations.status()
  } catch (error) {
    if (isNodeError(error, 'no-node')) return undefined
    throw error
  }
}

/** A PeerId is the same whether its node runs or not: none is started for it. */
async function writtenInHome({ home, environment }: Context): Promise<Identified> {
  const [{ peerOfHome }, { config }] = await Promise.all([
    import('../../node/home-identity.ts'),
    loadNodeConfig({ home, environment })
  ])
  return { peer: await peerOfHome(home), name: config.name, addresses: [] }
}
