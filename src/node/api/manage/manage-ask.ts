import { MAX_LINES } from '../../../protocol/manage/constants.ts'

/** Lines of a log of another node that are asked for at most. */
export const MAX_LOG_LINES = MAX_LINES

/** What is asked of another node that granted `configure` to this one. */
export interface ManageAsk {
  who: string
  op: 'status' | 'doctor' | 'logs' | 'config' | 'check' | 'put' | 'confirm' | 'restart'
  /** Of logs: how many of the newest lines, 50 unless given; and whether to go on with each new one. */
  n?: number
  follow?: boolean
  /** Of check and put: a configuration, as YAML. */
  text?: string
  /** Of put, which needs it: `sha256` of the ConfigView that it was made of. */
  base?: string
  /** Of confirm: that of the ConfigPutResult. */
  ticket?: string
  /** Milliseconds until a stream is open, 100 to 600000; 10000 unless given. */
  timeout?: number
}
