/** Programs of others beside kith, and how each is got where it is missing. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Missing } from '../frame/bench.ts'
import type { Side } from '../pair/pair.ts'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))
export const INSTALL = 'npm run bench -- --install-peers'

/** A program of Node in bench/peers/js; with packages of bench/peers/package.json that it needs. */
export function jsSide(name: string, options: Side['options'] = {}, packages: readonly string[] = []): Side {
  return {
    options,
    command: () => {
      const lacking = packages.filter((one) => !existsSync(`${FOLDER}node_modules/${one}`))
      if (lacking.length > 0) throw new Missing(`${lacking.join(', ')} is not installed: ${INSTALL}`)
      return [process.execPath, `${FOLDER}js/${name}.ts`]
    }
  }
}

/** A program that --install-peers builds. @param tool what it is built with */
export function builtSide(name: string, tool: string, options: Side['options'] = {}): Side {
  return {
    options,
    command: () => {
      const path = `${FOLDER}build/${name}`
      if (!existsSync(path)) throw new Missing(`it is not built: install ${tool}, then ${INSTALL}`)
      return [path]
    }
  }
}
