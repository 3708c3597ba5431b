import { randomBytes } from 'node:crypto'
import { SWITCH_PROTOCOL, type SwitchClient, SwitchOps } from '../../../protocol/actuator/index.ts'
import type { ProtocolOps } from '../../../protocol/query/server/query-session.ts'
import { CommandLog } from '../../switches/command-log.ts'
import { offMemory } from '../../switches/off-memory.ts'
import { SwitchOperations } from '../../switches/switch-operations.ts'
import { SwitchOutputs } from '../../switches/switch-outputs.ts'
import { Switches } from '../../switches/switches.ts'
import type { Components } from '../components.ts'

type Needs = Pick<Components, 'init' | 'peers' | 'timekeeper' | 'storage' | 'sensing'>

/** The outputs of this node, and the log of what was commanded. */
export function createSwitches({
  init,
  peers,
  timekeeper,
  storage,
  sensing
}: Needs): Pick<Components, 'switches' | 'commandLog'> {
  const { config, world, log, relay, shortLived } = init
  const { clock, pins, boot } = world
  const { logRows, logAge } = config.limits.switches
  const commandLog = new CommandLog({
    clock,
    store: storage.commands,
    time: () => timekeeper.status(),
    rows: logRows,
    age: logAge
  })
  const switches = new Switches({
    configs: config.switches,
    clock,
    limits: config.limits.switches,
    access: peers.access,
    log: commandLog,
    labelOf: (peer) => peers.directory.labelOf(peer),
    // Not the world's generator: a simulated world repeats itself, starts must not.
    random: (bytes) => randomBytes(bytes),
    shortLived,
    outlet: {
      relay,
      pins,
      log,
      sampling: config.limits.sampling,
      slept: () => boot?.slept() ?? 0,
      memoryOf: (name) =>
        boot &&
        offMemory({
          clock,
          boot,
          // No sensor's name has a space.
          state: sensing.deviceStates.of(`switch ${name}`),
          kept: (number) => sensing.deviceStates.kept(`switch ${name}`, number),
          flush: () => sensing.deviceStates.flush()
        }),
      emit: (sample) => sensing.author().add(sample)
    }
  })
  return { switches, commandLog }
}

/** What other nodes may ask of the outputs of this one. */
export function switchOps({
  switches,
  peers
}: Pick<Components, 'switches' | 'peers'>): Map<string, ProtocolOps> {
  return new Map([[SWITCH_PROTOCOL, new SwitchOps(new SwitchOutputs(switches, peers.access))]])
}

export function switchOperations({
  init,
  peers,
  peerLookup,
  switches,
  commandLog
}: Pick<Components, 'init' | 'peers' | 'peerLookup' | 'switches' | 'commandLog'>): SwitchOperations {
  const { clock } = init.world
  const { answerBytes, deadline } = init.config.limits.query
  let client: Promise<SwitchClient> | undefined
  const load = async (): Promise<SwitchClient> => {
    const { SwitchClient } = await import('../../../protocol/actuator/client.ts')
    return new SwitchClient({
      clock,
      answerBytes,
      deadline,
      async openStream(peer, signal) {
        const connection = await peers.paths.connect(peer, signal)
        return await connection.newStream([SWITCH_PROTOCOL], { signal, runOnLimitedConnection: true })
      }
    })
  }
  return new SwitchOperations({
    switches,
    log: commandLog,
    resolver: peerLookup.resolver,
    labelOf: (peer) => peers.directory.labelOf(peer),
    client() {
      client ??= load()
      return client
    }
  })
}
