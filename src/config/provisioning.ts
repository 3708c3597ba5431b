import * as v from 'valibot'
import { PEER_ID } from '../names.ts'
import { listOfTexts, option, section, showInput, text, truth, withHint } from './options/kinds.ts'

const ONLY = 'Applied by `kith provision` from the boot partition of an SD card alone.'

/** A network name has 1 to 32 bytes [IEEE 802.11-2020, 9.4.2.2]; the empty one stands for none. */
const ssid = v.pipe(
  text(/^\P{Cc}*$/u, 'the name of a network'),
  v.check(
    (name) => Buffer.byteLength(name) <= 32,
    ({ input }) => `${showInput(input)} has ${Buffer.byteLength(input)} bytes; the maximum is 32`
  )
)

/** 8 to 63 characters of ASCII, or the key itself in hex [IEEE 802.11-2020, J.4.1]. The message does not show it. */
const password = v.pipe(
  v.string(() => withHint('is not text', 'write it in quotes')),
  v.regex(/^([ -~]{8,63}|[0-9a-fA-F]{64}|)$/, 'has not 8 to 63 characters of ASCII')
)

/** [ISO 3166-1 alpha-2] */
const country = text(/^([A-Z]{2}|)$/, 'a country of two capital letters, as in DE')

/** Types of key that OpenSSH 10 takes [sshd(8), AUTHORIZED_KEYS FILE FORMAT]; options before the type are refused. */
const SSH_KEY =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com) ([A-Za-z0-9+/]{32,2048}={0,2})( \P{Cc}{0,200})?$/u

const sshKey = v.pipe(
  text(SSH_KEY, 'a public key as in ssh-ed25519 AAAA… me@laptop'),
  v.check(isKeyOfItsType, ({ input }) =>
    withHint(`${showInput(input)} is damaged`, 'copy the whole line of ~/.ssh/id_ed25519.pub')
  )
)

/** The key begins with its type, behind the length of that in four bytes (RFC 4253 section 6.6). */
function isKeyOfItsType(line: string): boolean {
  const [, type = '', encoded = ''] = SSH_KEY.exec(line) ?? []
  const bytes = Buffer.from(encoded, 'base64')
  return (
    bytes.length > 4 + type.length &&
    bytes.readUInt32BE(0) === type.length &&
    bytes.subarray(4, 4 + type.length).equals(Buffer.from(type))
  )
}

const owner = text(
  new RegExp(`^(${PEER_ID.source.slice(1, -1)}|kith:[1-9][!-~]{1,319}|)$`),
  'a PeerId (kith id) or an invite (kith id --qr) as in kith:1/12D3KooW…'
)

/** What a card's kith.yaml says beside the configuration of the node. A node itself reads the owner alone. */
export const provisioning = {
  owner: option(
    owner,
    '',
    'Who it belongs to: a PeerId or an invite. Goes into its address book under the name owner, with all rights.'
  ),
  wifi: section(`The wireless network of this machine. ${ONLY}`, {
    ssid: option(ssid, '', 'The name of the network.'),
    password: option(password, '', 'WPA2; removed from the file once the machine has it.'),
    open: option(truth(), false, 'Whether the network has no password.'),
    hidden: option(truth(), false, 'Whether the network does not tell its name.'),
    country: option(country, '', 'The country, whose rules of radio apply: DE, for example.')
  }),
  ssh: section(`Who may log in to this machine. ${ONLY}`, {
    keys: option(listOfTexts(sshKey, 16), [], 'Public keys, for root; without one nobody can log in.')
  })
}
