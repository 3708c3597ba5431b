// Loaded before each test file (test/run.ts, .taprc): four hundred processes that would each strip and compile the same
// sources take them from here. What is spawned by a test has its own place (bin/kith.js).
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/tests', import.meta.url)))
