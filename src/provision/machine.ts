import { chmod, mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { NodeConfig } from '../config/schema.ts'
import { writeAtomic } from '../write-atomic.ts'
import { storedKey, supplicantText, type Wireless, wirelessKey } from './wireless.ts'

const SUPPLICANT = 'etc/wpa_supplicant/wpa_supplicant-wlan0.conf'
const KEYS = 'root/.ssh/authorized_keys'
const HOSTNAME = 'etc/hostname'
/** Made by systemd-timesyncd when the clock was set from the network [systemd-timesyncd.service(8)]. */
const CLOCK_SET = 'run/systemd/timesync/synchronized'

/** Files of the machine, outside kith's home, that a card's kith.yaml decides. */
export class Machine {
  readonly #root: string

  /** @param root the root of the file system; another one in tests */
  constructor(root: string) {
    this.#root = root
  }

  /** Whether this network's key is there from an earlier edit, whose password was removed. */
  async knows(ssid: string): Promise<boolean> {
    return (await this.#key(ssid)) !== undefined
  }

  /** @param name undefined keeps the host name */
  async apply({ wifi, ssh }: Pick<NodeConfig, 'wifi' | 'ssh'>, name: string | undefined): Promise<void> {
    if (name !== undefined) await this.#write(HOSTNAME, `${name}\n`, 0o644)
    await this.#wireless(wifi)
    if (ssh.keys.length === 0) await rm(join(this.#root, KEYS), { force: true })
    else {
      await this.#write(KEYS, `${ssh.keys.join('\n')}\n`, 0o600)
      // sshd refuses keys in a folder that others may write to [sshd_config(5), StrictModes].
      await chmod(dirname(join(this.#root, KEYS)), 0o700)
    }
  }

  /** Whether the clock was set in this boot; most boards have none that goes on without power. */
  async clockIsSet(): Promise<boolean> {
    return (await this.#read(CLOCK_SET)) !== undefined
  }

  async #wireless(wifi: Wireless): Promise<void> {
    if (wifi.ssid === '') return rm(join(this.#root, SUPPLICANT), { force: true })
    const { ssid, password, open } = wifi
    const key = open ? undefined : password === '' ? await this.#key(ssid) : wirelessKey(ssid, password)
    await this.#write(SUPPLICANT, supplicantText(wifi, key), 0o600)
  }

  async #key(ssid: string): Promise<string | undefined> {
    return storedKey((await this.#read(SUPPLICANT)) ?? '', ssid)
  }

  #read(name: string): Promise<string | undefined> {
    return readFile(join(this.#root, name), 'utf8').catch(() => undefined)
  }

  async #write(name: string, text: string, mode: number): Promise<void> {
    const path = join(this.#root, name)
    await mkdir(dirname(path), { recursive: true })
    await writeAtomic(path, text, mode)
  }
}
