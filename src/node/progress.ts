import type { Components } from './assembly/components.ts'

/** The parts that should have done something by now and did not: what a watchdog of the process waits for. */
export function stalledParts({
  storage,
  sensing,
  switches
}: {
  readonly storage: { readonly history: Pick<Components['storage']['history'], 'isStalled'> }
  readonly sensing: {
    readonly sensors: {
      readonly all: readonly {
        readonly config: { readonly name: string }
        readonly sampler: { readonly isStalled: boolean }
      }[]
    }
  }
  readonly switches: { readonly stalled: readonly string[] }
}): string[] {
  const sensors = sensing.sensors.all.filter(({ sampler }) => sampler.isStalled)
  return [
    ...(storage.history.isStalled ? ['history'] : []),
    ...sensors.map(({ config }) => `sensor ${config.name}`),
    ...switches.stalled.map((name) => `switch ${name}`)
  ]
}
