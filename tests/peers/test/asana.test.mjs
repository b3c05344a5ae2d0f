import { before, after, test as run } from 'node:test';
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import Asana from 'asana';
import { spawnPeer, startReceiver } from '../lib/spawn.mjs';
import { contractsMissing } from '../lib/contracts.mjs';

const test = (name, fn) => run(name, { skip: contractsMissing }, fn);

let peer;
let state;
let tasks;
let webhooks;
before(async () => {
  if (contractsMissing) return;
  peer = await spawnPeer('asana');
  state = await peer.get('/state');
  const client = Asana.ApiClient.instance;
  client.basePath = state.base;
  client.authentications.token.accessToken = state.token;
  tasks = new Asana.TasksApi();
  webhooks = new Asana.WebhooksApi();
});
after(() => peer?.stop());
const project = () => state.projects[0].gid;
const call = async (method, path, body, token = state.token) => { const res = await fetch(`${state.base}${path}`, { method, headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) }, body: body && JSON.stringify(body) }); return { status: res.status, body: await res.json(), headers: res.headers }; };

test('tasks through the SDK', async () => {
  const made = await tasks.createTask({ data: { name: 'First', notes: 'a < b', projects: [project()] } }, {});
  assert.equal(made.data.completed, false);
  const read = await tasks.getTask(made.data.gid, { opt_fields: 'completed,name,memberships.section.name' });
  assert.deepEqual(Object.keys(read.data).sort(), ['completed', 'gid', 'memberships', 'name']);
  assert.equal(read.data.memberships[0].section.name, 'To do');
  await tasks.updateTask({ data: { completed: true } }, made.data.gid, {});
  assert.equal((await tasks.getTask(made.data.gid, {})).data.completed, true);
  const sub = await tasks.createSubtaskForTask({ data: { name: 'Child' } }, made.data.gid, {});
  assert.equal(sub.data.parent.gid, made.data.gid);
  await peer.seed({ tasks: Array.from({ length: 5 }, (_, i) => ({ name: `n${i}` })) });
  const first = await tasks.getTasks({ project: project(), limit: 4 });
  assert.equal(first.data.length, 4);
  const next = await first.nextPage();
  assert.equal(next.data.length, 2);
  await new Asana.StoriesApi().createStoryForTask({ data: { text: 'hello' } }, made.data.gid, {});
  const found = await new Asana.TypeaheadApi().typeaheadForWorkspace(state.workspace.gid, 'task', { query: 'first' });
  assert.equal(found.data[0].gid, made.data.gid);
  assert.deepEqual(await peer.violations(), []);
});

test('what Asana refuses is refused', async () => {
  assert.equal((await call('POST', '/tasks', { name: 'no envelope' })).status, 400);
  assert.equal((await call('POST', '/tasks', { data: { name: 'x', projects: 'one' } })).status, 400);
  assert.equal((await call('POST', '/tasks', { data: { naem: 'x', workspace: state.workspace.gid } })).status, 400);
  assert.equal((await call('POST', '/tasks', { data: { name: 'nowhere' } })).status, 400);
  assert.equal((await call('GET', '/tasks/42')).status, 404);
  assert.equal((await call('GET', '/tasks/abc')).status, 400);
  assert.equal((await call('GET', '/users/me', undefined, 'wrong')).status, 401);
  await peer.fault({ status: 429, retry_after: 3 });
  assert.equal((await call('GET', '/users/me')).headers.get('retry-after'), '3');
  await peer.control('DELETE', '/violations');
});

test('webhooks shake hands and sign', async (t) => {
  let secret;
  const hook = await startReceiver((req) => { if (req.headers['x-hook-secret']) { secret = req.headers['x-hook-secret']; return { status: 200, headers: { 'x-hook-secret': secret } }; } return { status: 200 }; });
  t.after(() => hook.close());
  const made = await webhooks.createWebhook({ data: { resource: project(), target: `${hook.url}/webhooks/asana`, filters: [{ resource_type: 'task', action: 'changed', fields: ['completed'] }] } }, {});
  assert.equal(made.data.active, true);
  await hook.wait(2);
  assert.deepEqual(JSON.parse(hook.received[1].body), { events: [] });
  const task = (await call('POST', '/tasks', { data: { name: 'watched', projects: [project()] } })).body.data.gid;
  await peer.post('/complete', { task });
  await hook.wait(3);
  const last = hook.received[2];
  assert.equal(JSON.parse(last.body).events[0].change.field, 'completed');
  assert.equal(last.headers['x-hook-signature'], crypto.createHmac('sha256', secret).update(last.body).digest('hex'));
  const mute = await startReceiver(() => ({ status: 200 }));
  t.after(() => mute.close());
  assert.equal((await call('POST', '/webhooks', { data: { resource: project(), target: `${mute.url}/x` } })).status, 400);
  assert.deepEqual(await peer.violations(), []);
});
