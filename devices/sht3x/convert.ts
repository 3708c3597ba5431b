export { celsius, relativeHumidity } from '../family/sensirion/convert.ts'
