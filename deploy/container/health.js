// The health check of the container: exit status 0 if the node of $KITH_HOME answers on its control socket. It loads
// nothing of kith, so that it costs little each minute.
import { statSync } from 'node:fs'
import { request } from 'node:http'

/** Milliseconds for the answer; the Dockerfile gives the whole check 10 s. */
const DEADLINE_MS = 8000

const home = process.env.KITH_HOME ?? '/home/kith/state'

/** Where the socket is: in the home, else as src/node/control/runtime-folder.ts names the folder. */
function folders() {
  const { dev, ino, uid } = statSync(home)
  return [home, ...['/run/kith', `/run/user/${uid}`, '/tmp'].map((parent) => `${parent}/kith-${dev}-${ino}`)]
}

function ask(folder) {
  return new Promise((resolve, reject) => {
    const question = request({ socketPath: `${folder}/control.sock`, path: '/status' }, (answer) => {
      answer.resume()
      if (answer.statusCode === 200) answer.once('end', resolve)
      else reject(new Error(`the node answers ${answer.statusCode}`))
    })
    question.once('error', reject)
    question.end()
  })
}

setTimeout(() => {
  console.error(`the node gives no answer within ${DEADLINE_MS / 1000} s`)
  process.exit(1)
}, DEADLINE_MS).unref()

try {
  await Promise.any(folders().map(ask))
} catch (error) {
  const [first = error] = error.errors ?? []
  console.error(`no node answers in ${home}: ${first.message}`)
  process.exit(1)
}
