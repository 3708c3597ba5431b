/** One rule, for people and programs. */
export interface RuleView {
  name: string
  /** As `air/temperature below 5, over at 6, for 2 min`, or `at 06:30`. */
  when: string
  /** As `switch heater on for 10 min`. */
  does: string[]
  /**
   * `waiting`: no reading has come yet; `clock`: the time is not known; `ready`; `pending`: it holds, not long enough yet;
   * `holds`: it holds, and has fired; `fault`: it would have fired too fast, or its last firing failed.
   */
  state: 'waiting' | 'clock' | 'ready' | 'pending' | 'holds' | 'fault'
  /** How often it fired since the start. */
  fired: number
  last?: RuleFiring
  /** Unix seconds of the next firing, where it is a time of day. */
  next?: number
  /** What is unusual about that time. */
  note?: string
  /** What is wrong. */
  fault?: string
}

export interface RuleFiring {
  /** Unix seconds; null where the time was not known. */
  time: number | null
  /** Seconds ago. */
  ago: number
  why: string
  /** What came of each action: `heater on`, or why not. */
  results: { does: string; error?: string }[]
}
