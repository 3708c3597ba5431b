import { pbkdf2Sync } from 'node:crypto'
import type { NodeConfig } from '../config/schema.ts'

export type Wireless = NodeConfig['wifi']

/** Rounds and bytes of the key [IEEE 802.11-2020, J.4.1]. */
const ROUNDS = 4096
const BYTES = 32

/**
 * The key of a network, in hex: that of its password, which need not be stored then.
 * @param password of 8 to 63 characters, or the key itself
 */
export function wirelessKey(ssid: string, password: string): string {
  if (password.length === 2 * BYTES) return password.toLowerCase()
  return pbkdf2Sync(password, ssid, ROUNDS, BYTES, 'sha1').toString('hex')
}

/** What wpa_supplicant reads [wpa_supplicant.conf(5)]. @param key none for a network without a password */
export function supplicantText({ ssid, hidden, country }: Wireless, key: string | undefined): string {
  return [
    '# Written by kith provision; the next change of kith.yaml on the boot partition replaces it.',
    'ctrl_interface=DIR=/run/wpa_supplicant',
    ...(country === '' ? [] : [`country=${country}`]),
    'network={',
    `  ssid=${hexOf(ssid)}`,
    ...(hidden ? ['  scan_ssid=1'] : []),
    ...(key === undefined ? ['  key_mgmt=NONE'] : ['  key_mgmt=WPA-PSK', `  psk=${key}`]),
    '}',
    ''
  ].join('\n')
}

/** The key that a text of supplicantText() has for a network. */
export function storedKey(text: string, ssid: string): string | undefined {
  const [, name, key] = /^ {2}ssid=([0-9a-f]*)$[^}]*^ {2}psk=([0-9a-f]{64})$/m.exec(text) ?? []
  return name === hexOf(ssid) ? key : undefined
}

function hexOf(ssid: string): string {
  return Buffer.from(ssid).toString('hex')
}
