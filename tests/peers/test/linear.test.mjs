import { before, after, test as run } from 'node:test';
import assert from 'node:assert/strict';
import { LinearClient } from '@linear/sdk';
import { LinearWebhookClient } from '@linear/sdk/webhooks';
import { spawnPeer, startReceiver } from '../lib/spawn.mjs';
import { contractsMissing } from '../lib/contracts.mjs';

const test = (name, fn) => run(name, { skip: contractsMissing }, fn);

let peer;
let linear;
let key;
before(async () => {
  if (contractsMissing) return;
  peer = await spawnPeer('linear');
  key = (await peer.get('/state')).api_key;
  linear = new LinearClient({ apiKey: key, apiUrl: `${peer.url}/graphql` });
});
after(() => peer?.stop());

const raw = async (query, variables, headers = { authorization: key }) => {
  const res = await fetch(`${peer.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query, variables }) });
  return { status: res.status, body: await res.json() };
};

test('the SDK creates, finds, moves and links an issue', async () => {
  assert.equal((await linear.viewer).name, 'Canon Bot');
  const teams = await linear.teams({ filter: { key: { eq: 'ENG' } } });
  assert.equal(teams.nodes.length, 1);
  const team = teams.nodes[0];
  const states = await linear.workflowStates({ filter: { team: { id: { eq: team.id } }, name: { eq: 'Todo' } } });
  assert.equal(states.nodes.length, 1);
  const labels = await linear.issueLabels({ filter: { name: { in: ['canon', 'spec'] } } });
  const made = await linear.createIssue({ teamId: team.id, title: 'Write the thing', description: 'body', stateId: states.nodes[0].id, labelIds: labels.nodes.map((l) => l.id) });
  assert.equal(made.success, true);
  const issue = await made.issue;
  assert.equal(issue.identifier, 'ENG-1');
  const again = await linear.issue('ENG-1');
  assert.equal(again.id, issue.id);
  const doing = await linear.workflowStates({ filter: { team: { key: { eq: 'ENG' } }, type: { eq: 'completed' } } });
  await linear.updateIssue(issue.id, { stateId: doing.nodes[0].id });
  assert.equal((await (await linear.issue('ENG-1')).state).type, 'completed');
  const link = await linear.createAttachment({ issueId: issue.id, url: 'https://github.com/acme/specs/pull/1', title: 'PR' });
  assert.equal(link.success, true);
  await linear.createAttachment({ issueId: issue.id, url: 'https://github.com/acme/specs/pull/1', title: 'PR again' });
  assert.equal((await (await linear.issue('ENG-1')).attachments()).nodes.length, 1);
  const found = await linear.searchIssues('write thing');
  assert.equal(found.nodes[0].identifier, 'ENG-1');
});

test('pages follow cursors', async () => {
  await peer.seed({ issues: Array.from({ length: 7 }, (_, i) => ({ title: `many ${i}`, team: 'OPS' })) });
  const first = await linear.issues({ first: 3, filter: { team: { key: { eq: 'OPS' } } } });
  assert.equal(first.pageInfo.hasNextPage, true);
  const seen = new Set(first.nodes.map((n) => n.identifier));
  let page = first;
  while (page.pageInfo.hasNextPage) {
    page = await linear.issues({ first: 3, after: page.pageInfo.endCursor, filter: { team: { key: { eq: 'OPS' } } } });
    page.nodes.forEach((n) => seen.add(n.identifier));
  }
  assert.equal(seen.size, 7);
});

test('nothing broke the schema until now; wrong queries and inputs do', async () => {
  assert.deepEqual(await peer.violations(), []);
  const wrong = await raw('{ teams { nodes { id keey } } }');
  assert.equal(wrong.status, 400);
  assert.match(wrong.body.errors[0].message, /Cannot query field "keey"/);
  const input = await raw('mutation($input: IssueCreateInput!) { issueCreate(input: $input) { success } }', { input: { title: 'x', teem: 'y' } });
  assert.equal(input.status, 400);
  assert.match(JSON.stringify(input.body.errors), /teem/);
  const gone = await raw('query { issue(id: "ENG-999") { id } }');
  assert.equal(gone.status, 200);
  assert.equal(gone.body.data, null);
  assert.equal(gone.body.errors[0].extensions.type, 'invalid input');
  assert.ok((await peer.violations()).length >= 2);
});

test('keys are checked, the rate limit can be played', async () => {
  assert.equal((await raw('{ viewer { id } }', {}, { authorization: 'lin_api_wrong' })).status, 401);
  assert.equal((await raw('{ viewer { id } }', {}, { authorization: `Bearer ${key}` })).status, 400);
  await peer.fault({ status: 400, retry_after: 1 });
  await assert.rejects(linear.viewer, (e) => e.type === 'Ratelimited' || /rate/i.test(e.message));
  await peer.fault({ drop: 'before' });
  await assert.rejects(raw('{ viewer { id } }'));
});

test('webhooks verify with the SDK', async (t) => {
  const hook = await startReceiver();
  t.after(() => hook.close());
  await peer.seed({ webhook: { target: `${hook.url}/webhooks/linear`, secret: 'linsecret' } });
  await peer.post('/move', { issue: 'ENG-1', state: 'In Progress' });
  await hook.wait(1);
  const client = new LinearWebhookClient('linsecret');
  const one = hook.received[0];
  const event = client.parseData(Buffer.from(one.body), one.headers['linear-signature'], JSON.parse(one.body).webhookTimestamp);
  assert.equal(event.type, 'Issue');
  assert.equal(event.data.state.name, 'In Progress');
  assert.ok(event.updatedFrom.stateId);
  await peer.post('/webhook', { issue: 'ENG-1', signature: 'wrong_secret' });
  await hook.wait(2);
  assert.throws(() => client.parseData(Buffer.from(hook.received[1].body), hook.received[1].headers['linear-signature'], JSON.parse(hook.received[1].body).webhookTimestamp));
  assert.deepEqual((await peer.violations()).filter((v) => v.side !== 'request'), []);
});
