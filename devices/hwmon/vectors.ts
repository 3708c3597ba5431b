/** Files and their contents, and what they mean in the unit of the quantity. */
export const values: readonly {
  file: string
  text: string
  quantity: string
  value: number
  source: string
}[] = [
  { file: 'temp1', text: '25500\n', quantity: 'temperature', value: 25.5, source: 'millidegree Celsius' },
  { file: 'temp1', text: '-55000\n', quantity: 'temperature', value: -55, source: 'millidegree Celsius' },
  { file: 'in0', text: '3301\n', quantity: 'voltage', value: 3.301, source: 'millivolt' },
  { file: 'curr1', text: '-420\n', quantity: 'current', value: -0.42, source: 'milliampere' },
  { file: 'power1', text: '2100000\n', quantity: 'power', value: 2.1, source: 'microwatt' },
  { file: 'fan1', text: '1200\n', quantity: 'rate', value: 20, source: 'revolution/min (RPM)' },
  { file: 'humidity1', text: '48300\n', quantity: 'humidity', value: 48.3, source: 'milli-percent' }
]
