import type { AnyCommand } from './command-line/command.ts'
import { ask } from './commands/ask.ts'
import { book } from './commands/book.ts'
import { completion } from './commands/completion.ts'
import { config } from './commands/config.ts'
import { devices } from './commands/devices/devices.ts'
import { doctor } from './commands/doctor.ts'
import { history } from './commands/history.ts'
import { id } from './commands/id.ts'
import { init } from './commands/init.ts'
import { peers } from './commands/peers.ts'
import { ping } from './commands/ping.ts'
import { pipe } from './commands/pipe.ts'
import { run } from './commands/run.ts'
import { serve } from './commands/serve.ts'
import { status } from './commands/status.ts'
import { switches } from './commands/switch.ts'
import { watch } from './commands/watch.ts'

/** Every word that kith knows, in the order in which they are met. */
export const commands: readonly AnyCommand[] = [
  init,
  run,
  status,
  id,
  peers,
  book,
  ask,
  watch,
  history,
  ping,
  pipe,
  serve,
  switches,
  devices,
  config,
  doctor,
  completion
]
