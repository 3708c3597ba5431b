import { readFileSync } from 'node:fs'
import { controlRoutes } from '../../../src/node/control/routes.ts'
import { aboutInterface, baseOf, interfaceFields, unionMembers } from './interface-fields.ts'

const OPERATIONS = 'node/api/operations.ts'
const PAIRING = 'node/api/access/pairing-views.ts'
const RULES = 'node/api/outputs/rule-views.ts'
const READING_ROWS = 'node/api/reading-rows.ts'
const SWITCH_VIEWS = 'node/api/outputs/switch-views.ts'

/** What each command prints with --json: a document, or an object a line. */
const COMMANDS: readonly (readonly [command: string, prints: string])[] = [
  ['--version', '`{ version, commit }`; without `commit` where it is not known'],
  ['status', 'Status'],
  ['id', '`{ peer, name, addresses }`; `addresses` is empty where no node runs'],
  ['peers', 'a list of PeerView; with `--watch` a PeerView a line whenever one changes'],
  ['peers --forget WHO', 'a list of ForgottenAddresses'],
  ['book', 'a list of BookEntry'],
  ['book add, rename', 'the BookEntry as it is now'],
  ['book export', 'a list of BookEntry'],
  ['book import', 'ImportReport'],
  ['access', 'a list of AccessRow'],
  ['ask', 'a list of SeriesView'],
  ['watch', 'a SeriesView a line'],
  ['history', 'a HistoryRow a line; with `--every` a BucketRow a line'],
  ['ping', 'a PingReply a line'],
  ['rules', 'a list of RuleView'],
  ['pair', 'a PairStep a line'],
  ['pair WHO CODE', 'PairView'],
  ['unpair', 'UnpairView'],
  ['switch', 'a list of SwitchView'],
  ['switch log', 'a list of LoggedCommand'],
  [
    'devices',
    'a list of `{ name, type, place, interval, … }`: `interval` in milliseconds, and the options of each sensor'
  ],
  ['devices --types', 'a list of `{ type, title, bus, addresses, measures, datasheet }`'],
  [
    'devices scan',
    '`{ findings, skipped, lines }`: a list of ScanFinding, buses that were not scanned, lines for kith.yaml'
  ],
  ['devices test', 'a TestedSensor a line'],
  [
    'config check',
    'a list of ProblemView, empty where there is none; the exit status is 2 where one is an error'
  ],
  [
    'config show',
    'a list of `{ path, value, text, origin }`: `text` as kith.yaml has it, `origin` as in `config show`'
  ],
  ['config reload', 'ConfigReload'],
  [
    'config put',
    'ConfigPutResult, as `config edit` and `config check --on`; `config show --on` prints ConfigView'
  ],
  ['restart', '`{ restarting }`'],
  ['config schema', 'a JSON Schema (draft 2020-12), with and without --json'],
  ['config path', '`{ path, exists }`'],
  ['doctor', 'a list of Finding'],
  ['init', 'InitResult'],
  ['backup', 'Contents and `file`; with `-` as FILE on stderr and without `file`, for stdout has the backup'],
  [
    'restore',
    'Restored and `warnings`, a list of texts; with `--check` Manifest and `files`, a list of `{ name, bytes }`'
  ],
  ['provision', '`{ outcome, status }`: `status` is the text of kith-status.txt'],
  ['serve', 'a ServeEvent a line'],
  [
    'service',
    '`{ files, home }`: a list of `{ path, there }`; `install` and `remove` print `{ changed, home }`'
  ]
]

/** What the socket's operations take and answer. */
const SOCKET: Readonly<Record<keyof typeof controlRoutes, readonly [takes: string, answers: string]>> = {
  status: ['', 'Status'],
  peers: ['', 'a list of PeerView'],
  peersForget: ['`{ who }`', 'a list of ForgottenAddresses'],
  book: ['', 'a list of BookEntry'],
  bookPut: ['BookChange', 'BookEntry'],
  bookRename: ['`{ from, to }`', 'BookEntry'],
  bookRemove: ['`{ name }`', '`null`'],
  bookImport: ['`{ entries }`, at most 1,024', 'ImportReport'],
  configReload: ['', 'ConfigReload'],
  rules: ['', 'a list of RuleView'],
  pairOpen: ['PairOpenRequest', 'a PairStep a line; the code is withdrawn when the client hangs up'],
  pair: ['PairRequest', 'PairView'],
  unpair: ['`{ who }`', 'UnpairView'],
  manage: ['ManageAsk', 'lines: Status, a list of Finding, lines of the log, ConfigView or ConfigPutResult'],
  ask: ['AskRequest', 'a list of SeriesView'],
  watch: ['WatchRequest', 'a SeriesView a line, until the client hangs up'],
  history: ['HistoryRequest', 'a HistoryRow a line'],
  ping: ['PingRequest', 'a PingReply a line'],
  access: ['AccessRequest', 'a list of AccessRow'],
  switch: ['SwitchRequest', 'a list of SwitchView'],
  switchLog: ['SwitchLogRequest', 'a list of LoggedCommand'],
  devicesTest: ['DevicesTestRequest', 'a list of TestedSensor'],
  devicesScan: ['DevicesScanRequest', '`{ findings, skipped }`'],
  pipe: ['PipeRequest, as the query of the address', 'status 101, then bytes both ways'],
  serve: ['ServeRequest', 'a ServeEvent a line, until the client hangs up'],
  accept: ['AcceptRequest, as the query of the address', 'status 101, then bytes both ways']
}

/** Each type of the page: its name there, the file, its name in the file. */
const TYPES: readonly (readonly [name: string, file: string, inFile?: string])[] = [
  ['Status', OPERATIONS],
  ['ConfigStatus', 'node/configuration/views.ts'],
  ['SensorView', OPERATIONS],
  ['RelayView', OPERATIONS],
  ['DhtView', OPERATIONS],
  ['SharedKeyView', OPERATIONS],
  ['PeerView', OPERATIONS],
  ['ForgottenAddresses', OPERATIONS],
  ['BookEntry', OPERATIONS],
  ['BookChange', OPERATIONS],
  ['ImportReport', 'node/peers/import-book.ts'],
  ['RuleView', RULES],
  ['RuleFiring', RULES],
  ['PairOpenRequest', PAIRING],
  ['PairRequest', PAIRING],
  ['PairView', PAIRING],
  ['UnpairView', PAIRING],
  ['AccessRequest', 'node/api/access/views.ts'],
  ['AccessRow', 'node/api/access/views.ts'],
  ['SeriesView', READING_ROWS],
  ['AskRequest', OPERATIONS],
  ['WatchRequest', OPERATIONS],
  ['HistoryRequest', READING_ROWS],
  ['ReadingRow', READING_ROWS],
  ['LostRow', READING_ROWS],
  ['IncompleteRow', READING_ROWS],
  ['BucketRow', 'cli/views/history/buckets.ts'],
  ['PingRequest', OPERATIONS],
  ['PingReply', OPERATIONS],
  ['SwitchRequest', SWITCH_VIEWS],
  ['SwitchView', SWITCH_VIEWS],
  ['SwitchLogRequest', SWITCH_VIEWS],
  ['LoggedCommand', SWITCH_VIEWS],
  ['DevicesTestRequest', OPERATIONS],
  ['TestedSensor', OPERATIONS],
  ['TestedValue', OPERATIONS],
  ['DevicesScanRequest', OPERATIONS],
  ['ScanFinding', 'hal/scan/finding.ts', 'Finding'],
  ['Proposal', 'hal/scan/finding.ts'],
  ['Alternative', 'hal/scan/finding.ts'],
  ['Finding', 'node/doctor/finding.ts'],
  ['ConfigReload', 'node/configuration/views.ts'],
  ['ManageAsk', 'node/api/manage/manage-ask.ts'],
  ['ConfigView', 'node/manage/views.ts'],
  ['ConfigPutResult', 'node/manage/views.ts'],
  ['ProblemView', 'config/config-error.ts'],
  ['PipeRequest', OPERATIONS],
  ['ServeRequest', OPERATIONS],
  ['IncomingStream', OPERATIONS],
  ['AcceptRequest', OPERATIONS],
  ['InitResult', 'node/home.ts'],
  ['Contents', 'node/backup/backup-home.ts'],
  ['Restored', 'node/backup/restore-home.ts'],
  ['Manifest', 'node/backup/format.ts'],
  ['ErrorView', 'node/api/error-view.ts']
]

const HEAD = `# JSON

What \`kith --json\` prints and the control socket speaks, made of the source (a test holds this page to it). Keys stay;
new ones may come, so programs ignore those that they do not know. A key marked ? may be absent.

Times are Unix seconds, durations and ages seconds, unless a key says otherwise; round trips and timeouts are
milliseconds. A \`unit\` is that of SenML (RFC 8428, section 12.1): \`Cel\`, \`%RH\`, \`Pa\`. Text of other peers is as they
sent it, with control characters escaped.

An error is one line on stderr, \`{"error": ErrorView}\`; that of a wrong configuration also has \`problems\`, a list of
ProblemView. The exit status says its kind: 1 failed, 2 wrong usage or configuration, 3 no peer found or reachable, 4
refused. Remarks are plain text on stderr.
`

const SERVE_EVENT = `### ServeEvent

First \`{ serving, programs }\`: the ProtocolNames, and how many programs run at a time at most. Then an IncomingStream for
each stream that a peer opened.
`

const PAIR_STEP = `### PairStep

First \`{ code, until, may }\`: the code, when it expires, and what it grants. Then \`{ tried: { peer, who }, left }\` for
each wrong try, with the tries that are left; \`{ paired: { peer, name } }\`, with the name in the book; and at last
\`{ closed }\`: \`used\`, \`expired\`, \`tries\` or \`withdrawn\`.
`

/** docs/json.md. */
export function jsonPage(): string {
  const commands = COMMANDS.map(([command, prints]) => `| \`kith ${command}\` | ${prints} |`)
  const routes = Object.entries(controlRoutes).map(([operation, { method, path }]) => {
    const [takes, answers] = SOCKET[operation as keyof typeof controlRoutes]
    return `| \`${method} ${path}\` | ${takes} | ${answers} |`
  })
  return [
    HEAD,
    '## Commands\n',
    ['| command | prints |', '|---|---|', ...commands].join('\n'),
    '',
    '## The control socket\n',
    SOCKET_TEXT,
    ['| request | body | answer |', '|---|---|---|', ...routes].join('\n'),
    '',
    '## Types\n',
    ...TYPES.map(([name, file, inFile]) => typeText(name, sourceOf(file), inFile ?? name)),
    unionText('HistoryRow', sourceOf(READING_ROWS)),
    PAIR_STEP,
    SERVE_EVENT
  ].join('\n')
}

const SOCKET_TEXT = `HTTP/1.1 on \`control.sock\` in the home, for its owner alone; the service of a machine has a second one,
\`/run/kith/control.sock\`, for the group \`kith\`. A body is JSON of at most 64 KiB (\`limits.control.requestBytes\`).

    curl --unix-socket ~/.local/state/kith/control.sock http://kith/status
    curl --unix-socket ~/.local/state/kith/control.sock http://kith/ask -d '{"who": "hall"}'
    curl --unix-socket ~/.local/state/kith/control.sock http://kith/watch -N -d '{}'

A list of lines is NDJSON; a line \`{"error": ErrorView}\` ends it early. Other errors are \`{"error": ErrorView}\` with an
HTTP status that fits: 400, 403, 404, 409, 410, 413, 500, 502, 503 or 504.
`

function sourceOf(file: string): string {
  return readFileSync(new URL(`../../../src/${file}`, import.meta.url), 'utf8')
}

function typeText(name: string, source: string, inSource: string): string {
  const rows = interfaceFields(source, inSource).map(
    ({ name: key, optional, type, about }) =>
      `| \`${key}${optional ? '?' : ''}\` | \`${type.replaceAll('|', '\\|')}\` | ${about.replaceAll('|', '\\|')} |`
  )
  return [
    `### ${name}\n`,
    ...baseText(source, inSource),
    '| key | type | meaning |',
    '|---|---|---|',
    ...rows,
    ''
  ].join('\n')
}

function unionText(name: string, source: string): string {
  const members = unionMembers(source, name).map((member) => `- ${member}: ${aboutInterface(source, member)}`)
  return [`### ${name}\n`, 'One of\n', ...members, ''].join('\n')
}

function baseText(source: string, name: string): string[] {
  const of = baseOf(source, name)
  if (of === undefined) return []
  const without =
    of.without.length === 0 ? '' : ` without ${of.without.map((key) => `\`${key}\``).join(', ')}`
  return [`The keys of ${of.base}${without}, and:\n`]
}
