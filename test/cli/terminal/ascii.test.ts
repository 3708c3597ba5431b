import t from 'tap'
import { asciiText, isAsciiLocale } from '../../../src/cli/terminal/ascii.ts'
import { quantities } from '../../../src/reading/quantity.ts'
import { runCommand } from '../../support/process/command-run.ts'

t.test('the locale is the first variable that is set and not empty', (t) => {
  t.equal(isAsciiLocale({}), true, 'the C locale')
  t.equal(isAsciiLocale({ LANG: 'C' }), true)
  t.equal(isAsciiLocale({ LANG: 'de_DE.UTF-8' }), false)
  t.equal(isAsciiLocale({ LANG: 'C.utf8' }), false)
  t.equal(isAsciiLocale({ LANG: 'de_DE.UTF-8', LC_CTYPE: 'POSIX' }), true)
  t.equal(isAsciiLocale({ LANG: 'C', LC_CTYPE: 'C', LC_ALL: 'en_GB.UTF-8' }), false)
  t.equal(isAsciiLocale({ LANG: 'en_GB.UTF-8', LC_ALL: '' }), false)
  t.equal(isAsciiLocale({ LANG: 'de_DE.ISO-8859-1' }), true)
  t.end()
})

t.test('characters, and the columns behind them', (t) => {
  for (const [text, shown] of [
    ['▁▂▃▄▅▆▇█', '_.-~=+*#'],
    ['⠀⠉⣀⡇', " '.:"],
    ['21.48 °C', '21.48 C'],
    ['21.48 °C  now', '21.48 C   now'],
    ['\x1b[1m21.48 °C\x1b[22m  now', '\x1b[1m21.48 C \x1b[22m  now'],
    ['180 °  now', '180 deg now'],
    ['180 °    now', '180 deg  now'],
    ['4.7 Ω', '4.7 Ohm'],
    ['…q7Xf2a – ±0', '~q7Xf2a - +0'],
    ['Küche Åse', 'Kuche Ase'],
    ['居間 \ufffd', '???? ?'],
    ['plain', 'plain']
  ] as const)
    t.equal(asciiText(text), shown, text)
  for (const { shown } of quantities) t.notMatch(asciiText(`1 ${shown.unit}`), /[?]|[^\x20-\x7e]/, shown.unit)
  t.end()
})

t.test('a terminal gets ASCII, a pipe and JSON what they always get', async (t) => {
  const environment = { LANG: 'C' }
  for (const line of ['ask temperature', 'peers --all', 'status', 'history hall air/temperature --plot']) {
    t.notMatch((await runCommand(line, { environment, columns: 80 })).out, /[^\x00-\x7f]/, line)
    t.equal((await runCommand(line, { environment })).out, (await runCommand(line)).out)
  }
  t.match((await runCommand('ask temperature --json', { environment, columns: 80 })).out, '°C')
})
