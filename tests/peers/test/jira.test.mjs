import { before, after, test as run } from 'node:test';
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { Version3Client } from 'jira.js';
import { spawnPeer, startReceiver } from '../lib/spawn.mjs';
import { contractsMissing } from '../lib/contracts.mjs';

const test = (name, fn) => run(name, { skip: contractsMissing }, fn);

let peer;
let jira;
let auth;
const doc = (text) => ({ type: 'doc', version: 1, content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] });
before(async () => {
  if (contractsMissing) return;
  peer = await spawnPeer('jira');
  const { email, token } = await peer.get('/state');
  auth = `Basic ${Buffer.from(`${email}:${token}`).toString('base64')}`;
  jira = new Version3Client({ host: peer.url, authentication: { basic: { email, apiToken: token } } });
});
after(() => peer?.stop());
const call = async (method, path, body, headers = { authorization: auth }) => {
  const res = await fetch(`${peer.url}${path}`, { method, headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers }, body: body ? JSON.stringify(body) : undefined });
  const text = await res.text();
  return { status: res.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text, headers: res.headers };
};

test('an issue is made, read, changed, moved and linked', async () => {
  assert.equal((await jira.projects.getProject({ projectIdOrKey: 'CAN' })).name, 'Canon');
  const made = await jira.issues.createIssue({ fields: { project: { key: 'CAN' }, summary: 'First', issuetype: { name: 'Task' }, description: doc('hello'), labels: ['canon'] } });
  assert.equal(made.key, 'CAN-1');
  const sub = await jira.issues.createIssue({ fields: { project: { key: 'CAN' }, summary: 'Child', issuetype: { name: 'Sub-task' }, parent: { key: 'CAN-1' } } });
  const read = await jira.issues.getIssue({ issueIdOrKey: made.key, fields: ['status', 'subtasks'] });
  assert.deepEqual(Object.keys(read.fields).sort(), ['status', 'subtasks']);
  assert.equal(read.fields.status.statusCategory.key, 'new');
  assert.equal(read.fields.subtasks[0].key, sub.key);
  await jira.issues.editIssue({ issueIdOrKey: made.key, fields: { summary: 'Renamed' } });
  const { transitions } = await jira.issues.getTransitions({ issueIdOrKey: made.key });
  const done = transitions.find((t) => t.to.name === 'Done');
  await jira.issues.doTransition({ issueIdOrKey: made.key, transition: { id: done.id } });
  const after_ = await jira.issues.getIssue({ issueIdOrKey: made.key });
  assert.equal(after_.fields.summary, 'Renamed');
  assert.equal(after_.fields.status.statusCategory.key, 'done');
  await jira.issueRemoteLinks.createOrUpdateRemoteIssueLink({ issueIdOrKey: made.key, globalId: 'g1', object: { url: 'https://github.com/acme/specs/pull/1', title: 'PR 1' } });
  await jira.issueRemoteLinks.createOrUpdateRemoteIssueLink({ issueIdOrKey: made.key, globalId: 'g1', object: { url: 'https://github.com/acme/specs/pull/1', title: 'PR 1 again' } });
  assert.equal((await jira.issueRemoteLinks.getRemoteIssueLinks({ issueIdOrKey: made.key })).length, 1);
});

test('search: jql pages, the withdrawn endpoint, broken quotes', async () => {
  await peer.seed({ issues: Array.from({ length: 5 }, (_, i) => ({ project: 'OPS', summary: `page ${i}`, labels: ['many'] })) });
  const first = await call('GET', `/rest/api/3/search/jql?jql=${encodeURIComponent('project = "OPS" AND summary ~ "page" ORDER BY created ASC')}&maxResults=3&fields=summary,status`);
  assert.equal(first.body.issues.length, 3);
  assert.equal(first.body.isLast, false);
  const second = await call('POST', '/rest/api/3/search/jql', { jql: 'labels = many ORDER BY created ASC', maxResults: 3, nextPageToken: first.body.nextPageToken, fields: ['summary'] });
  assert.equal(second.body.issues.length, 2);
  assert.equal((await call('GET', '/rest/api/3/search?jql=project%3DOPS')).status, 410);
  assert.equal((await call('GET', `/rest/api/3/search/jql?jql=${encodeURIComponent('summary ~ "a "quoted" title"')}`)).status, 400);
  assert.equal((await call('GET', '/rest/api/3/search/jql?jql=order+by+created')).status, 400);
});

test('nothing broke the contract so far', async () => assert.deepEqual(await peer.violations(), []));

test('what Jira refuses is refused', async () => {
  const create = (fields, extra) => call('POST', '/rest/api/3/issue', { fields: { project: { key: 'CAN' }, issuetype: { name: 'Task' }, summary: 's', ...fields }, ...extra });
  assert.match((await create({ summary: 'two\nlines' })).body.errors.summary, /newline/);
  assert.match((await create({ summary: 'x'.repeat(256) })).body.errors.summary, /255/);
  assert.match((await create({ labels: ['has space'] })).body.errors.labels, /spaces/);
  assert.match((await create({ description: 'plain' })).body.errors.description, /Atlassian Document/);
  assert.equal((await create({ description: { type: 'doc', version: 1, content: [{ type: 'text', text: 'loose' }] } })).status, 400);
  assert.equal((await create({ description: { type: 'doc', version: 1, content: [{ type: 'paragraph', content: [{ type: 'text', text: '' }] }] } })).status, 400);
  assert.ok((await create({ issuetype: { name: 'Sub-task' } })).body.errors.parentId);
  assert.ok((await create({ nonsense: 1 })).body.errors.nonsense);
  assert.equal((await call('PUT', '/rest/api/3/issue/CAN-1', { fields: 'no' })).status, 400);
  assert.equal((await call('POST', '/rest/api/3/issue/OPS-1/transitions', { transition: { id: '31' } })).status, 400);
  assert.equal((await call('GET', '/rest/api/3/issue/CAN-999')).status, 404);
  assert.equal((await call('GET', '/rest/api/3/myself', undefined, { authorization: 'Basic eDp5' })).status, 401);
  await peer.fault({ status: 429, retry_after: 2 });
  const limited = await call('GET', '/rest/api/3/myself');
  assert.equal(limited.status, 429);
  assert.equal(limited.headers.get('retry-after'), '2');
  await peer.control('DELETE', '/violations');
});

test('webhooks', async (t) => {
  const hook = await startReceiver();
  t.after(() => hook.close());
  await peer.seed({ webhook: { target: `${hook.url}/webhooks/jira`, secret: 'jirasecret' } });
  await peer.post('/move', { issue: 'CAN-1', status: 'In Progress' });
  await hook.wait(1);
  const one = hook.received[0];
  const body = JSON.parse(one.body);
  assert.equal(body.webhookEvent, 'jira:issue_updated');
  assert.equal(body.changelog.items[0].toString, 'In Progress');
  assert.equal(one.headers['x-hub-signature'], `sha256=${crypto.createHmac('sha256', 'jirasecret').update(one.body).digest('hex')}`);
  await peer.seed({ webhook: null });
  assert.deepEqual(await peer.violations(), []);
});
