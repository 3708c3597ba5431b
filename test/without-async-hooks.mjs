// Loaded before each test file (test/run.ts). tap follows every promise and handle by a hook of node:async_hooks, to
// know which test an unhandled error belongs to; a fifth to a third of the processor time of tests of whole nodes.
// Without the hook, an unhandled error ends the file, which fails. `node FILE` and `npx tap run` still have it.
import hooks from 'node:async_hooks'
import { syncBuiltinESMExports } from 'node:module'

hooks.createHook = () => ({
  enable() {
    return this
  },
  disable() {
    return this
  }
})
syncBuiltinESMExports()
