import * as v from 'valibot'
import { didYouMean, showInput, withHint } from './kinds.ts'
import { nearest } from './nearest.ts'

/** Words that people write for each other; where the choices hold one of a row, it was meant. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['on', 'yes', 'true', 'y', '1'],
  ['off', 'no', 'false', 'n', '0', 'none', 'never'],
  ['anyone', 'all', 'any', 'everyone', 'everybody', '*'],
  ['near', 'lan', 'local', 'subnet'],
  ['book', 'friends', 'known'],
  ['warn', 'warning'],
  ['error', 'err']
]

export function choice<const Choices extends readonly (string | number)[]>(choices: Choices) {
  return v.picklist(choices, (issue) =>
    withHint(
      `${showInput(issue.input)} is not one of ${choices.join(', ')}`,
      didYouMean(meantChoice(String(issue.input), choices.map(String)))
    )
  )
}

/** A word of the same meaning, else the nearest: `no` is one slip away from `on`, and means off. */
export function meantChoice(word: string, choices: readonly string[]): string | undefined {
  const row = SYNONYMS.find((synonyms) => synonyms.includes(word.toLowerCase()))
  return row === undefined ? nearest(word, choices) : choices.find((one) => row.includes(one))
}
