import { createPeerScoreParams, validatePeerScoreParams } from '@libp2p/gossipsub/score'
import t from 'tap'
import { gossipOptions } from '../../../src/protocol/gossip/options.ts'

const options = gossipOptions(['/sensor/temp/v1', '/sensor/co2/v1'], { maxInboundDataLength: 65_536 })

t.test('nothing is scored but invalid messages', async (t) => {
  const params = createPeerScoreParams(options.scoreParams)
  validatePeerScoreParams(params)
  t.same(Object.keys(params.topics), ['/sensor/temp/v1', '/sensor/co2/v1'])
  for (const topic of Object.values(params.topics)) {
    const { topicWeight, invalidMessageDeliveriesWeight, ...others } = topic
    t.equal(topicWeight, 1)
    t.equal(invalidMessageDeliveriesWeight, -10)
    t.equal(topic.invalidMessageDeliveriesDecay, 0.99)
    for (const [name, value] of Object.entries(others)) if (name.endsWith('Weight')) t.equal(value, 0, name)
  }
  t.equal(params.IPColocationFactorWeight, 0)
  t.equal(params.behaviourPenaltyWeight, 0)
  t.equal(params.appSpecificWeight, 0)
})

t.test('unsigned, of known topics, within bounds', async (t) => {
  t.equal(options.globalSignaturePolicy, 'StrictNoSign')
  t.same(options.allowedTopics, ['/sensor/temp/v1', '/sensor/co2/v1'])
  t.equal(options.maxInboundDataLength, 65_536)
  t.equal(options.doPX, false, 'nobody is sent to a third party')
  t.equal(options.fallbackToFloodsub, false)
  for (const limit of Object.values(options.decodeRpcLimits ?? {})) t.ok(limit > 0 && limit <= 5000)
})
