import { addonAdapter } from '../../../src/hal/linux/i2c-adapter.ts'

/** Uses every call of the addon, and prints the results; test/hal/linux/i2c-adapter.test.ts runs it. */
const [path = ''] = process.argv.slice(2)
const adapter = await addonAdapter()(path)
const refused = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'nothing',
    (error: { errno: number; syscall: string }) => `${error.syscall} ${error.errno}`
  )
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const reported: Record<string, unknown> = { functions: adapter.functions }
reported.written = await adapter.write(0x20, Uint8Array.of(5, 0xa1, 0xa2, 0xa3))
reported.read = hex(await adapter.read(0x20, 2))
reported.block = hex(await adapter.readBlock(0x20, 6, 32)).slice(0, 8)
await adapter.write(0x20, Uint8Array.of(7))
reported.byte = await adapter.receiveByte(0x20)
reported.quick = await adapter.writeQuick(0x20)
reported.refused = [
  await refused(adapter.writeQuick(0x48)),
  await refused(adapter.read(0x48, 1)),
  await refused(adapter.writeQuick(0x21)),
  await refused(adapter.receiveByte(0x21)),
  await refused(adapter.read(0x21, 1)),
  await refused(adapter.write(0x21, Uint8Array.of(1))),
  await refused(adapter.readBlock(0x21, 0, 1))
]
// Anything else is a bug of the caller, and must not reach the kernel.
reported.wrong = await Promise.all(
  [
    () => adapter.read(0x80, 1),
    () => adapter.read(0x20, 8193),
    () => adapter.read(0x20, -1),
    () => adapter.readBlock(0x20, 0, 33),
    () => adapter.readBlock(0x20, 256, 1),
    () => adapter.write(0x20, new Uint16Array(1) as unknown as Uint8Array),
    () => adapter.write(0x20, new Uint8Array(8193))
  ].map((call) => call().catch((error: Error) => error.name))
)
const running = adapter.read(0x20, 1)
await adapter.close()
reported.afterClose = (await running).length
console.log(JSON.stringify(reported))
