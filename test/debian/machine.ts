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

/**
 * Boots an unpacked Debian in a container with its own systemd, and runs scripts of this folder in it.
 * @param scripts in order, as one
 * @param files to put beside them in /root/check
 * @returns what they wrote
 */
export async function bootAndCheck(
  root: string,
  scripts: readonly string[],
  files: readonly string[]
): Promise<string> {
  const folder = join(root, 'root/check')
  mkdirSync(folder, { recursive: true })
  for (const file of files) copyFileSync(file, join(folder, basename(file)))
  const texts = scripts.map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'))
  writeFileSync(join(folder, 'run.sh'), texts.join('\n'))
  writeFileSync(join(root, 'etc/systemd/system/check.service'), UNIT)
  await run('chroot', [root, 'systemctl', 'enable', 'check.service'])
  // --keep-unit and no registration: this machine may have no systemd that runs.
  const words = ['-D', root, '--register=no', '--keep-unit', '--private-network', '--console=pipe', '-b']
  await run('env', ['SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1', 'systemd-nspawn', ...words], LIMIT)
  return readFileSync(join(folder, 'output'), 'utf8')
}
