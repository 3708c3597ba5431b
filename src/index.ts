/**
 * kith as a library.
 *
 *     import { createNode, defineSensor, simulatedWorld } from 'kith'
 *
 *     const node = await createNode({ config: { name: 'hall' }, world: simulatedWorld() })
 *     await node.handle('/chat/text/v1', async (stream) => { … })
 *     const stream = await node.open('attic', ['/chat/text/v2', '/chat/text/v1'])
 *     for await (const reading of node.watch()) console.log(reading.who, reading.shown)
 *     await node.stop()
 */

export type { Clock } from './clock.ts'
export { systemClock } from './clock.ts'
export type { ConfigInput, RuleInput, SensorInput } from './config/input/config-input.ts'
export type { LimitsInput } from './config/input/limits-input.ts'
export type { ReachLimitsInput } from './config/input/reach-limits-input.ts'
export { NodeError } from './error.ts'
export { defineSensor } from './hal/driver-kit/define-sensor.ts'
export type { Measure, Measurement, Options, Sensor, SensorDefinition } from './hal/sensor.ts'
export { VirtualClock } from './hal/simulated/virtual-clock.ts'
export { type SimulatedWorld, simulatedWorld } from './hal/simulated/world.ts'
export type { World } from './hal/world.ts'
export type { Log } from './log.ts'
export type { NodeBook } from './node/api/book/node-book.ts'
export type {
  BookChange,
  BookEntry,
  Operations,
  PeerView,
  PingReply,
  SeriesView,
  Status
} from './node/api/operations.ts'
export type { PeerEvent } from './node/api/peer-events.ts'
export type { HistoryRow, IncompleteRow, LostRow, ReadingRow } from './node/api/reading-rows.ts'
export { type CreateNodeOptions, createNode } from './node/create-node.ts'
export type { NodeDatagrams } from './node/network/datagrams.ts'
export type { NodeStream } from './node/network/streams/node-stream.ts'
export type { AskOptions, FollowOptions, Node, ProtocolHandler } from './node/node.ts'
export type {
  Carrier,
  DatagramFlow,
  EndReason,
  OpenOptions,
  Receive,
  Redundancy
} from './protocol/datagram/index.ts'
export { defineSensorProtocol, type SensorProtocol } from './protocol/define-sensor-protocol.ts'
export type { Followed } from './protocol/replication/index.ts'
export type { OwnQuantity, Quantity } from './reading/quantity.ts'
export type { Reading } from './reading/reading.ts'
export type { Position } from './reading/run.ts'
