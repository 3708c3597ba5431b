import { autoWhole, defineLimits, type LimitsOf, size, whole } from '../../limits.ts'

export const viaLimits = defineLimits('Circuits through a neighbour.', {
  circuits: autoWhole(
    1,
    4096,
    'Circuits carried for others, each holding up to 512 KiB; auto: 64, on ARM 16.'
  ),
  circuitsOfStrangers: whole(
    0,
    4096,
    16,
    'Of these, circuits asked for by peers outside the book; at most a quarter.'
  ),
  circuitsPerAddress: whole(1, 4096, 4, 'Of those for strangers, circuits asked for from one IP address.'),
  inbound: whole(1, 4096, 16, 'Circuits that lead to this node.'),
  inboundPerPeer: whole(1, 64, 2, 'Circuits that lead from one peer to this node.'),
  rate: size('1KiB', '1GiB', '64KiB', 'Bytes a second carried in each direction of one circuit.'),
  totalRate: size('1KiB', '1GiB', '256KiB', 'Bytes a second carried for others in all.'),
  burst: size('8KiB', '64MiB', '256KiB', 'Bytes carried at once before the rates hold.')
})

type Configured = LimitsOf<typeof viaLimits>

/** With what the machine chose where the configuration says `auto`. */
export type ViaLimits = { readonly [Key in keyof Configured]: Exclude<Configured[Key], 'auto'> }

/** Circuits carried for others, where the configuration says `auto`. */
export function circuitsOf(configured: number | 'auto', arch: string): number {
  if (configured !== 'auto') return configured
  return arch.startsWith('arm') ? 16 : 64
}
