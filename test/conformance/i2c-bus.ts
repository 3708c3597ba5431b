import type { Test } from 'tap'
import type { BusErrorKind, ExclusiveAccess, I2cBus } from '../../src/hal/i2c.ts'
import { isBusError } from '../../src/hal/i2c.ts'
import type { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'

/**
 * A bus `i2c-7` with a chip of 256 byte registers at 0x20 and at 0x50 (a write of one byte sets the pointer,
 * further bytes are stored; register n holds n after power-on), and nothing at any other address.
 */
export interface I2cBusUnderTest {
  readonly bus: I2cBus
  readonly clock: VirtualClock
  /** From now on transfers do not end; the function it gives back ends that. */
  hang(): () => void
}

const CHIP = 0x20
const ABSENT = 0x21

/** What every I2cBus must do. */
export function i2cBusConformance(test: Test, make: () => I2cBusUnderTest): void {
  test.test('a register read is a write and a read', async (t) => {
    const { bus, clock } = make()
    t.equal(bus.name, 'i2c-7')
    t.same(await clock.run(bus.transaction(CHIP, [write(0x10), { read: 3 }])), [
      Uint8Array.of(0x10, 0x11, 0x12)
    ])
  })

  test.test('written bytes are there to be read', async (t) => {
    const { bus, clock } = make()
    t.same(await clock.run(bus.transaction(CHIP, [write(0x40, 1, 2, 3)])), [])
    t.same(await clock.run(bus.transaction(CHIP, [write(0x40), { read: 4 }])), [Uint8Array.of(1, 2, 3, 0x43)])
  })

  test.test('more than 32 bytes are read, too', async (t) => {
    const { bus, clock } = make()
    const [bytes] = await clock.run(bus.transaction(CHIP, [write(0), { read: 200 }]))
    t.same(
      bytes,
      Uint8Array.from({ length: 200 }, (_, index) => index)
    )
  })

  test.test('each read operation has its bytes, in order', async (t) => {
    const { bus, clock } = make()
    const read = await clock.run(bus.transaction(CHIP, [write(5), { read: 1 }, write(9), { read: 2 }]))
    t.same(read, [Uint8Array.of(5), Uint8Array.of(9, 10)])
  })

  test.test('an absent chip does not acknowledge, and the next transfer is none the worse', async (t) => {
    const { bus, clock } = make()
    for (const operations of [[write(1)], [{ read: 1 }], [write(1), { read: 1 }]]) {
      const error = await failure(clock.run(bus.transaction(ABSENT, operations)))
      t.match(error.kind, /^no-acknowledge/)
      t.ok(error.message.startsWith(`0x21 on ${bus.path} does not acknowledge`), error.message)
      t.match(error.commandHint, 'kith doctor')
    }
    t.same(await clock.run(bus.transaction(CHIP, [write(7), { read: 1 }])), [Uint8Array.of(7)])
  })

  test.test('addresses that are no chip, and impossible lengths, never reach the wires', async (t) => {
    const { bus, clock } = make()
    for (const address of [0, 1, 7, 0x78, 0x7f, 0x80, -1, 1.5, Number.NaN]) {
      t.equal((await failure(bus.transaction(address, [write(6)]))).kind, 'unsupported', `${address}`)
      t.equal((await failure(bus.probe(address))).kind, 'unsupported', `${address}`)
    }
    for (const operation of [write(), { read: 0 }, { read: 8193 }, { read: 1.5 }, { read: -1 }]) {
      t.equal((await failure(bus.transaction(CHIP, [operation]))).kind, 'unsupported')
    }
    t.equal(clock.pending, 0)
  })

  test.test('a probe reports what is there and changes nothing', async (t) => {
    const { bus, clock } = make()
    t.equal(await clock.run(bus.probe(CHIP)), 'present')
    t.equal(await clock.run(bus.probe(0x50)), 'present')
    t.equal(await clock.run(bus.probe(ABSENT)), 'absent')
    t.equal(await clock.run(bus.probe(0x51)), 'absent')
    t.same(await clock.run(bus.transaction(CHIP, [write(0), { read: 4 }])), [Uint8Array.of(0, 1, 2, 3)])
  })

  test.test('transactions of many callers do not overlap and keep their order', async (t) => {
    const { bus, clock } = make()
    const order: number[] = []
    const transfers = Array.from({ length: 20 }, async (_, index) => {
      const bytes = await bus.transaction(CHIP, [write(index), { read: 1 }, { read: 1 }])
      order.push(...bytes.map(([byte]) => byte ?? Number.NaN))
    })
    await clock.run(Promise.all(transfers))
    // The chip's pointer is one for all: with anything in between the second byte would be another.
    t.same(order, Array.from({ length: 20 }, (_, index) => [index, index + 1]).flat())
  })

  test.test('exclusive access reaches several chips, and no other caller comes between', async (t) => {
    const { bus, clock } = make()
    const others = Array.from({ length: 5 }, (_, index) => bus.transaction(CHIP, [write(100 + index)]))
    const turn = bus.exclusive(CHIP, async (turn) => {
      await turn.transaction(CHIP, [write(7)])
      await turn.transaction(0x50, [write(9)])
      const [seven] = await turn.transaction(CHIP, [{ read: 1 }])
      return [seven?.[0], await turn.probe(0x50), await turn.probe(ABSENT)]
    })
    const more = bus.transaction(CHIP, [write(200)])
    t.same((await clock.run(Promise.all([turn, more, ...others])))[0], [7, 'present', 'absent'])
    const failed = failure(clock.run(bus.exclusive(ABSENT, (turn) => turn.transaction(ABSENT, [write(1)]))))
    t.match((await failed).kind, /^no-acknowledge/)
    for (const wrong of [
      (turn: ExclusiveAccess) => turn.transaction(0, [write(6)]),
      (turn: ExclusiveAccess) => turn.transaction(CHIP, [{ read: 0 }]),
      (turn: ExclusiveAccess) => turn.probe(0x78)
    ])
      t.equal((await failure(clock.run(bus.exclusive<unknown>(CHIP, wrong)))).kind, 'unsupported')
    t.same(await clock.run(bus.transaction(CHIP, [write(5), { read: 1 }])), [Uint8Array.of(5)], 'it ends')
  })

  test.test('exclusive access whose caller has left is given to no other', async (t) => {
    const { bus, clock } = make()
    const controller = new AbortController()
    const slow = bus.exclusive(
      CHIP,
      async (turn) => {
        await turn.transaction(CHIP, [write(0x60, 1)])
        controller.abort(new Error('enough'))
        await turn.transaction(CHIP, [write(0x61, 2)])
      },
      { signal: controller.signal }
    )
    const behind = bus.transaction(CHIP, [write(0x60), { read: 2 }])
    await t.rejects(clock.run(slow), { message: 'enough' })
    t.same(await clock.run(behind), [Uint8Array.of(1, 2)])
  })

  test.test('a hanging bus delays its callers by one deadline, not more', async (t) => {
    const { bus, clock, hang } = make()
    await clock.run(bus.transaction(CHIP, [write(1), { read: 1 }]))
    const release = hang()
    const stuck = failure(bus.transaction(CHIP, [write(1), { read: 1 }], { deadline: 50 }))
    const behind = failure(bus.transaction(0x50, [write(1), { read: 1 }], { deadline: 80 }))
    const start = clock.monotonic()
    t.match(await clock.run(stuck), {
      kind: 'timeout',
      message: `0x20 on ${bus.path} gives no answer within 50 ms`
    })
    t.equal(clock.monotonic() - start, 50)
    t.match(await clock.run(behind), {
      kind: 'timeout',
      message: `0x50 on ${bus.path} had no access within 80 ms: the transfer to 0x20 does not end`
    })
    t.equal(
      (await failure(clock.run(bus.transaction(CHIP, [write(1)])))).kind,
      'timeout',
      'the default deadline'
    )
    release()
    t.same(await clock.run(bus.transaction(CHIP, [write(2), { read: 1 }])), [Uint8Array.of(2)])
  })

  test.test('a caller that aborts is released at once and leaves the queue', async (t) => {
    const { bus, clock, hang } = make()
    const release = hang()
    const held = failure(bus.transaction(CHIP, [write(0x30, 0xee)], { deadline: 10 }))
    const controller = new AbortController()
    const waiting = bus.transaction(CHIP, [write(0x31, 0xee)], { signal: controller.signal })
    controller.abort(new Error('enough'))
    await t.rejects(waiting, { message: 'enough' })
    t.equal((await clock.run(held)).kind, 'timeout')
    release()
    t.same(
      await clock.run(bus.transaction(CHIP, [write(0x31), { read: 1 }])),
      [Uint8Array.of(0x31)],
      'never sent'
    )
    await t.rejects(bus.transaction(CHIP, [write(1)], { signal: AbortSignal.abort(new Error('before')) }), {
      message: 'before'
    })
  })

  test.test('the queue is bounded', async (t) => {
    const { bus, clock, hang } = make()
    const release = hang()
    const refused = Array.from({ length: 300 }, () =>
      failure(bus.transaction(CHIP, [write(1)], { deadline: 20 }))
    )
    const kinds = (await clock.run(Promise.all(refused))).map(({ kind }) => kind)
    t.equal(kinds.filter((kind) => kind === 'timeout').length, 257, 'one under way, 256 waiting')
    t.equal(kinds.filter((kind) => kind === 'busy').length, 43)
    release()
    t.ok(await clock.run(bus.transaction(CHIP, [write(1)])))
  })

  test.test('a closed bus refuses', async (t) => {
    const { bus, clock } = make()
    const last = bus.transaction(CHIP, [write(3), { read: 1 }])
    await clock.run(Promise.all([last, bus.close()]))
    t.same(await last, [Uint8Array.of(3)], 'what was asked before is answered')
    t.equal((await failure(bus.transaction(CHIP, [write(1)]))).kind, 'closed')
    t.equal((await failure(bus.probe(CHIP))).kind, 'closed')
  })
}

function write(...bytes: number[]): { write: Uint8Array } {
  return { write: Uint8Array.from(bytes) }
}

/** The BusError that the work must end with. */
export async function failure(
  work: Promise<unknown>
): Promise<{ kind: BusErrorKind; message: string; commandHint: string | undefined }> {
  try {
    await work
  } catch (error) {
    if (isBusError(error)) return error
    throw error
  }
  throw new Error('no error was thrown')
}
