import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { run } from './root.ts'

/** Runs the script once the machine is up, and turns the machine off. */
const UNIT = `[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/bash /root/check/run.sh
StandardOutput=file:/root/check/output
StandardError=inherit
ExecStopPost=/bin/systemctl poweroff --no-block
[Install]
WantedBy=default.target
`
/** Real milliseconds from power-on to power-off. */
const LIMIT = 300_000

export interface CheckInit {
  /** Whether its own systemd runs; otherwise the scripts alone do. */
  readonly boots: boolean
  /** Of this folder, run in order as one. */
  readonly scripts: readonly string[]
  /** To put beside them in /root/check. */
  readonly files: readonly string[]
}

/** Runs scripts in an unpacked Debian, as a container. @returns what they wrote */
export async function checkIn(root: string, { boots, scripts, files }: CheckInit): Promise<string> {
  const folder = join(root, 'root/check')
  mkdirSync(folder, { recursive: true })
  for (const file of files) copyFileSync(file, join(folder, basename(file)))
  const texts = scripts.map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'))
  writeFileSync(join(folder, 'run.sh'), texts.join('\n'))
  // --keep-unit and no registration: this machine may have no systemd that runs.
  const container = ['systemd-nspawn', '-D', root, '--register=no', '--keep-unit', '--private-network']
  const words = ['SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1', ...container]
  if (boots) {
    writeFileSync(join(root, 'etc/systemd/system/check.service'), UNIT)
    await run('chroot', [root, 'systemctl', 'enable', 'check.service'])
    await run('env', [...words, '--console=pipe', '-b'], LIMIT)
  } else {
    const inside = 'bash /root/check/run.sh >/root/check/output 2>&1'
    await run('env', [...words, '--console=pipe', '/bin/sh', '-c', inside], LIMIT)
  }
  return readFileSync(join(folder, 'output'), 'utf8')
}
