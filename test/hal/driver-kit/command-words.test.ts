import t from 'tap'
import type { I2cDevice } from '../../../src/hal/bus/i2c-device.ts'
import { commandWords } from '../../../src/hal/driver-kit/command-words.ts'
import { BusError } from '../../../src/hal/i2c.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'

const question = { command: [0x36, 0x82], time: 5, words: 2, crc: 0xff } as const
const signal = new AbortController().signal

/** A chip that gives an answer, from some time on. */
function chip(clock: VirtualClock, answer: string, readyAt: number): { device: I2cDevice; log: string[] } {
  const log: string[] = []
  const device: I2cDevice = {
    address: 0x62,
    label: 'scd4x at 0x62 on i2c-1',
    async write(bytes) {
      log.push(`${clock.monotonic()} write ${Buffer.from(bytes).toString('hex')}`)
    },
    async read(count) {
      log.push(`${clock.monotonic()} read ${count}`)
      if (clock.monotonic() < readyAt) throw new BusError('no-acknowledge-address', 'no')
      return Buffer.from(answer, 'hex')
    },
    writeRead: async () => new Uint8Array()
  }
  return { device, log }
}

t.test('the command, the wait, and the words', async (t) => {
  const clock = new VirtualClock()
  const { device, log } = chip(clock, '6667a25eb93c', 8)
  t.same(await clock.run(commandWords(clock, device, question, signal)), [0x6667, 0x5eb9])
  t.same(log, ['0 write 3682', '5 read 6', '7 read 6', '9 read 6'])
})

t.test('a chip that never answers is given up', async (t) => {
  const clock = new VirtualClock()
  const { device } = chip(clock, '', Number.POSITIVE_INFINITY)
  await t.rejects(clock.run(commandWords(clock, device, question, signal)), {
    code: 'no-acknowledge-address'
  })
  t.equal(clock.monotonic(), 71, 'after ten times its time and 20 ms')
})

t.test('a wrong checksum is not an answer', async (t) => {
  const clock = new VirtualClock()
  const { device } = chip(clock, '6667a25eb93d', 0)
  await t.rejects(clock.run(commandWords(clock, device, question, signal)), { code: 'bad-crc' })
})
