import t from 'tap'
import { damageText } from '../../../src/node/doctor/damage-text.ts'

t.equal(damageText({ files: [], salvaged: 0, unsalvaged: 0, lost: 1 }), '1 damaged block lost')
t.equal(
  damageText({ files: ['/h/history.sqlite.damaged-1'], salvaged: 2040, unsalvaged: 9, lost: 2 }),
  '1 damaged file set aside, 2040 readings salvaged, at least 9 not, 2 damaged blocks lost: /h/history.sqlite.damaged-1'
)
