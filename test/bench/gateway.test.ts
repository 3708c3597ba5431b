import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Table } from '../../bench/frame/bench.ts'
import { type Code, source } from '../../bench/frame/code.ts'
import { columns, measureGateway } from '../../bench/gateway/gateway-bench.ts'
import { checkGateway } from '../../bench/gateway/gateway-check.ts'
import { countOf, lacking } from '../../bench/gateway/held.ts'
import { Link } from '../../bench/gateway/link.ts'

const linux = process.platform === 'linux' ? {} : { skip: 'what the kernel counts is read from /proc' }

t.test('a gateway stores what three light devices publish', linux, async (t) => {
  const row = await measureGateway(source, 3, { settle: 0, time: 1500, last: 1500 })
  const of = (name: string): number =>
    row.figures[columns.findIndex((one) => one.name === name)] ?? Number.NaN
  t.equal(row.figures.length, columns.length)
  t.ok(of('published') >= 3)
  t.equal(of('lost'), 0)
  t.ok(of('p50') > 0 && of('p99') >= of('p50'))
  t.ok(of('RSS') > of('PSS') && of('CPU') > 0 && of('written') > 0 && of('kept') > 0)
})

/** A check whose programs answer without nodes. @param usage what the gateway does when it is asked for that */
async function checkOf(t: Test, usage: string): Promise<Table> {
  const program = t.testdir({
    'answers.mjs': `
      import { createInterface } from 'node:readline'
      const results = { make: [], stop: {}, arrived: {}, held: {}, end: { readings: 0, disk: 0, kept: 0 } }
      for await (const line of createInterface({ input: process.stdin })) {
        const { id, name } = JSON.parse(line)
        if (name === 'usage') ${usage}
        const result = name === 'start' ? '/ip4/127.0.0.1/tcp/1/p2p/none' : (results[name] ?? { cpu: 0 })
        console.log(JSON.stringify({ id, result }))
      }`
  })
  const code: Code = { ...source, program: () => join(program, 'answers.mjs') }
  return await checkGateway(code, 100, { time: 200, away: 10, last: 0, repair: 0 }, () => {})
}

t.test('a check fails where nothing is published', linux, async (t) => {
  const { failures } = await checkOf(t, ';')
  t.strictSame(failures, [
    'light devices: 0 published, of 20',
    'whole, undisturbed: no readings',
    'whole, restarted: no readings',
    'whole, link lost: no readings'
  ])
})

t.test('a gateway that crashes ends its check, and not the run', linux, async (t) => {
  await t.rejects(checkOf(t, 'process.exit(3)'), { message: /ended: 3/ })
})

t.test('what one history has and another lacks is named', async (t) => {
  const own = { 'air 1/a': [[0, 4]], 'air 2/b': [[0, 1]] } as const
  t.equal(countOf(own), 7)
  t.strictSame(lacking(own, own), [])
  t.strictSame(lacking(own, { 'air 1/a': [[0, 1] as const, [3, 9] as const] }), [
    'air 1/a/2',
    'air 2/b/0',
    'air 2/b/1'
  ])
})

t.test('a link that is cut ends what is connected, and connects nobody until it is repaired', async (t) => {
  const server = createServer((socket) => socket.pipe(socket).on('error', () => {})).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const link = new Link((server.address() as AddressInfo).port)
  const port = await link.open()
  t.teardown(() => {
    link.close()
    server.close()
  })
  const echo = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1')
    socket.write('x')
    await once(socket, 'data')
    return socket
  }
  const socket = await echo()
  link.cut()
  await once(socket, 'close')
  const refused = connect(port, '127.0.0.1')
  refused.on('error', () => {})
  await once(refused, 'close')
  link.repair()
  ;(await echo()).destroy()
})
