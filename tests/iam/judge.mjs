// Compares what `iam_pairs` says with @cloud-copilot/iam-simulate (installed by tests only; AGPL, never shipped).
// Reads its lines on stdin; prints {pairs, differences: {reason: n}, unexplained, perSecond} and up to three unexplained
// pairs. A difference is explained only by something in the pair about which AWS's documents and the judge part ways.
// Example: build/bin/iam_pairs 1000 7 | node judge.mjs
import readline from 'node:readline'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const letters = { Allowed: 'A', ExplicitlyDenied: 'E', ImplicitlyDenied: 'I' }
const list = (x) => (Array.isArray(x) ? x : [x])
const statements = (policies) => policies.flatMap((p) => list(p.Statement))

function reasons({ request, ...s }) {
  const limited = s.permissionBoundaryPolicies || s.sessionPolicy
  const policies = [...s.identityPolicies, ...(s.permissionBoundaryPolicies ?? []), ...(s.vpcEndpointPolicies ?? []),
    ...s.serviceControlPolicies.flatMap((level) => level.policies)].map((p) => p.policy)
  if (s.sessionPolicy) policies.push(s.sessionPolicy)
  if (s.resourcePolicy) policies.push(s.resourcePolicy)
  const found = []
  const named = statements(s.resourcePolicy ? [s.resourcePolicy] : []).map((st) => st.Principal)
  // "*" in a resource policy: whether a silent boundary or session policy limits it is not in AWS's tables; we say yes.
  if (limited && named.some((p) => p === '*' || p.AWS === '*')) found.push('everyone and a limit')
  // A session's own ARN is not limited by a silent session policy (IAM user guide, "Session policies"); the judge's is.
  if (limited && named.some((p) => list(p.AWS ?? []).some((arn) => arn === request.principal)))
    found.push('session ARN and a limit')
  // A variable without a value matches nothing, so a negated operator holds; the judge drops the value.
  const conditions = statements(policies).flatMap((st) => Object.entries(st.Condition ?? {}))
  const negated = conditions.some(([op, keys]) => op.includes('Not') && JSON.stringify(keys).includes('${aws:username}')) ||
    statements(policies).some((st) => JSON.stringify(st.NotResource ?? '').includes('${aws:username}'))
  if (negated && !request.contextVariables['aws:username']) found.push('negated and a variable without value')
  // What is no ARN is like none, so ArnNotLike holds; the judge says that neither holds. AWS does not say.
  if (conditions.some(([op, keys]) => op.startsWith('ArnNot') && JSON.stringify(keys).includes('arn:*/')))
    found.push('ArnNotLike and no ARN')
  // IfExists makes an absent key hold, ForAnyValue makes it fail; together, we let IfExists win. AWS does not say.
  if (!request.contextVariables['aws:TagKeys'] && conditions.some(([op]) => /^ForAnyValue:.*IfExists$/.test(op)))
    found.push('ForAnyValue with IfExists and no key')
  return found
}

const differences = {}
let pairs = 0, unexplained = 0
const began = Date.now()
for await (const line of readline.createInterface({ input: process.stdin })) {
  const { twin, proof, simulation } = JSON.parse(line)
  const answer = await runSimulation(simulation, {})
  ++pairs
  const theirs = answer.resultType === 'error' ? JSON.stringify(answer.errors) : letters[answer.overallResult]
  if (theirs === twin && theirs === proof) continue
  const why = theirs.length === 1 ? reasons(simulation) : []
  if (why.length) differences[why[0]] = (differences[why[0]] ?? 0) + 1
  else if (++unexplained <= 3) console.log(JSON.stringify({ twin, proof, theirs, simulation }))
}
console.log(JSON.stringify({ pairs, differences, unexplained, perSecond: Math.round(pairs / ((Date.now() - began) / 1000)) }))
