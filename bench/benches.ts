import type { Bench } from './frame/bench.ts'

/** By name, each loaded when it is run; in the order of a run of all. */
export const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  query: async () => (await import('./pair/query-bench.ts')).query,
  publish: async () => (await import('./pair/publish-bench.ts')).publish,
  throughput: async () => (await import('./pair/publish-bench.ts')).throughput,
  datagram: async () => (await import('./datagram/datagram.ts')).datagram,
  'datagram-flood': async () => (await import('./datagram/flood.ts')).flood,
  cipher: async () => (await import('./datagram/cipher.ts')).cipher,
  idle: async () => (await import('./node/idle.ts')).idle,
  start: async () => (await import('./node/start.ts')).start,
  gateway: async () => (await import('./gateway/gateway-bench.ts')).gateway,
  journal: async () => (await import('./node/journal.ts')).journal,
  drivers: async () => (await import('./node/drivers.ts')).drivers,
  disk: async () => (await import('./node/disk.ts')).disk,
  via: async () => (await import('./via/via.ts')).via,
  relay: async () => (await import('./via/relay.ts')).relay
}
