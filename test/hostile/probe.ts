/**
 * Loaded into the node under attack by --import: on SIGUSR2 it writes the longest stop of the event loop since the
 * last signal to the file of $HOSTILE_PROBE.
 */
import { renameSync, writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Milliseconds between the samples; a stop is measured to this accuracy. */
const RESOLUTION = 5
const file = process.env['HOSTILE_PROBE']
const delay = monitorEventLoopDelay({ resolution: RESOLUTION })
let count = 0

delay.enable()
process.on('SIGUSR2', () => {
  if (file === undefined) return
  count += 1
  writeFileSync(`${file}.new`, JSON.stringify({ count, longestStop: delay.max / 1e6 }))
  renameSync(`${file}.new`, file)
  delay.reset()
})
