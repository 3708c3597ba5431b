import t from 'tap'
import { storedKey, supplicantText, wirelessKey } from '../../src/provision/wireless.ts'

const network = { ssid: 'Café "5"', password: '', open: false, hidden: false, country: 'DE' }

t.test('a key is that of the standard [IEEE 802.11-2020, J.4.2, test cases 1 to 3]', async (t) => {
  const cases = [
    ['IEEE', 'password', 'f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e'],
    ['ThisIsASSID', 'ThisIsAPassword', '0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af'],
    ['Z'.repeat(32), 'a'.repeat(32), 'becb93866bb8c3832cb777c2f559807c8c59afcb6eae734885001300a981cc62']
  ] as const
  for (const [ssid, password, key] of cases) t.equal(wirelessKey(ssid, password), key)
})

t.test('64 hexadecimal digits are the key itself', async (t) => {
  t.equal(wirelessKey('IEEE', 'AB'.repeat(32)), 'ab'.repeat(32))
})

t.test('names of networks are written in hex: no quote or line end of theirs is read', async (t) => {
  t.match(supplicantText({ ...network, ssid: 'a"\\ö' }, 'ab'.repeat(32)), /^ {2}ssid=61225cc3b6$/m)
})

t.test('the key of a network is found again, and that of another is not', async (t) => {
  const text = supplicantText(network, 'ab'.repeat(32))
  t.equal(storedKey(text, network.ssid), 'ab'.repeat(32))
  t.equal(storedKey(text, 'Café'), undefined)
  t.equal(storedKey('', ''), undefined)
  t.equal(storedKey(supplicantText(network, undefined), network.ssid), undefined)
})

t.test('hidden, open, without a country', async (t) => {
  const text = supplicantText({ ...network, hidden: true, open: true, country: '' }, undefined)
  t.match(text, /^ {2}scan_ssid=1$/m)
  t.match(text, /^ {2}key_mgmt=NONE$/m)
  t.notMatch(text, /country|psk/)
})
