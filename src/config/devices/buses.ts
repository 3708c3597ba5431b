import * as v from 'valibot'
import type { MuxChannel } from '../../hal/bus/muxed-buses.ts'
import { choice } from '../options/choice.ts'
import { list, name, option, options, whole, withHint } from '../options/kinds.ts'
import { busName, chipAddress, MACHINE_BUS } from './sensor-place.ts'

const MAX_BUSES = 64
const ADDRESSES = [0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77]

function channelName() {
  return v.pipe(
    name(),
    v.check(
      (given) => !MACHINE_BUS.test(given),
      ({ input }) => withHint(`"${input}" is a bus of the machine`, 'give the channel another name')
    )
  )
}

const channel = options({
  name: v.pipe(channelName(), v.description('Its name, which sensors give as bus: attic.')),
  type: option(choice(['tca9548a']), 'tca9548a', 'The multiplexer; also right for a pca9548a.'),
  bus: option(busName(), 'i2c-1', 'The bus that the multiplexer is on; it may be one that is named above.'),
  address: option(chipAddress('tca9548a', ADDRESSES), 0x70, 'Its address.'),
  channel: v.pipe(whole(0, 7), v.description('The channel of the multiplexer. (0 to 7)'))
})

/** Buses behind buses: each a channel of a multiplexer. */
export function busesSchema() {
  return list(channel as v.GenericSchema<unknown, MuxChannel & { readonly type: string }>, MAX_BUSES)
}
