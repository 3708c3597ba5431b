/**
 * node:http, without a value imported from it: `import` reads each export of a module of Node, and that of WebSocket
 * loads undici, which takes 12 MB and 20 ms (Node 24; measured by the RSS of an empty program).
 */
export const { createServer, request, STATUS_CODES } = process.getBuiltinModule('node:http')
