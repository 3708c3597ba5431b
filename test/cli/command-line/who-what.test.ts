import t from 'tap'
import { whoWhat } from '../../../src/cli/command-line/who-what.ts'

t.test('WHO and SENSOR as one word or two', async (t) => {
  for (const [first, second, found] of [
    ['hall', undefined, { who: 'hall' }],
    ['hall', 'air', { who: 'hall', what: 'air' }],
    ['hall/air', undefined, { who: 'hall', what: 'air' }],
    ['hall/air/temperature', undefined, { who: 'hall', what: 'air/temperature' }],
    ['hall/adc/voltage.a0', undefined, { who: 'hall', what: 'adc/voltage.a0' }],
    ['hall/', undefined, { who: 'hall/' }],
    ['/ip4/192.168.1.20/tcp/4001', undefined, { who: '/ip4/192.168.1.20/tcp/4001' }],
    ['/ip4/192.168.1.20/tcp/4001', 'air', { who: '/ip4/192.168.1.20/tcp/4001', what: 'air' }]
  ] as const)
    t.strictSame(whoWhat(first, second), found, first)
})
