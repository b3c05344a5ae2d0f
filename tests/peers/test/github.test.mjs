import { before, after, test as run } from 'node:test';
import assert from 'node:assert/strict';
import { Octokit } from '@octokit/rest';
import { createAppAuth } from '@octokit/auth-app';
import { exchangeWebFlowCode } from '@octokit/oauth-methods';
import { request } from '@octokit/request';
import { verify } from '@octokit/webhooks-methods';
import { spawnPeer, startReceiver } from '../lib/spawn.mjs';
import { contractsMissing } from '../lib/contracts.mjs';

const test = (name, fn) => run(name, { skip: contractsMissing }, fn);

let peer;
let octokit;
before(async () => {
  if (contractsMissing) return;
  peer = await spawnPeer('github');
  await peer.seed({ repos: [{ full_name: 'acme/specs', files: { 'docs/a.md': '# A\n', 'docs/sub/b.md': '# B\n', 'CANON.yaml': 'team: x\n' } }, { full_name: 'other/secret', installation_id: 2 }] });
  const { app_id, app_private_key } = await peer.get('/state');
  octokit = new Octokit({ baseUrl: peer.url, authStrategy: createAppAuth, auth: { appId: app_id, privateKey: app_private_key, installationId: 1 }, log: { debug() {}, info() {}, warn() {}, error() {} } });
});
after(() => peer?.stop());

const rejects = (promise, status, re) => assert.rejects(promise, (e) => { assert.equal(e.status, status); if (re) assert.match(e.message, re); return true; });

test('an app token reads the installation, trees and files', async () => {
  const { data } = await octokit.apps.listReposAccessibleToInstallation();
  assert.deepEqual(data.repositories.map((r) => r.full_name), ['acme/specs']);
  const tree = await octokit.git.getTree({ owner: 'acme', repo: 'specs', tree_sha: 'main', recursive: '1' });
  assert.deepEqual(tree.data.tree.filter((t) => t.type === 'blob').map((t) => t.path), ['CANON.yaml', 'docs/a.md', 'docs/sub/b.md']);
  const file = await octokit.repos.getContent({ owner: 'acme', repo: 'specs', path: 'docs/sub/b.md' });
  assert.equal(Buffer.from(file.data.content, 'base64').toString(), '# B\n');
  const dir = await octokit.repos.getContent({ owner: 'acme', repo: 'specs', path: 'docs' });
  assert.deepEqual(dir.data.map((e) => [e.type, e.name]), [['file', 'a.md'], ['dir', 'sub']]);
  const raw = await octokit.repos.getContent({ owner: 'acme', repo: 'specs', path: 'docs/a.md', mediaType: { format: 'raw' } });
  assert.equal(raw.data, '# A\n');
  await rejects(octokit.repos.get({ owner: 'other', repo: 'secret' }), 404);
});

test('contents are written with optimistic locking', async () => {
  const put = (extra) => octokit.repos.createOrUpdateFileContents({ owner: 'acme', repo: 'specs', path: 'docs/new.md', message: 'new', content: Buffer.from('one\n').toString('base64'), ...extra });
  const made = await put();
  assert.equal(made.status, 201);
  await rejects(put(), 422, /sha/);
  await rejects(put({ sha: '0'.repeat(40) }), 409);
  const changed = await put({ sha: made.data.content.sha, content: Buffer.from('two\n').toString('base64') });
  assert.equal(changed.status, 200);
  await rejects(put({ branch: 'nope' }), 404);
});

test('a branch, a commit and a pull request through the git data endpoints', async () => {
  const o = { owner: 'acme', repo: 'specs' };
  const head = await octokit.git.getRef({ ...o, ref: 'heads/main' });
  const blob = await octokit.git.createBlob({ ...o, content: Buffer.from('via blob\n').toString('base64'), encoding: 'base64' });
  const base = await octokit.git.getCommit({ ...o, commit_sha: head.data.object.sha });
  const tree = await octokit.git.createTree({ ...o, base_tree: base.data.tree.sha, tree: [{ path: 'docs/c.md', mode: '100644', type: 'blob', sha: blob.data.sha }] });
  const commit = await octokit.git.createCommit({ ...o, message: 'docs', tree: tree.data.sha, parents: [head.data.object.sha] });
  await octokit.git.createRef({ ...o, ref: 'refs/heads/canon/docs', sha: commit.data.sha });
  await rejects(octokit.git.createRef({ ...o, ref: 'refs/heads/canon/docs', sha: commit.data.sha }), 422, /already exists/);
  const pr = await octokit.pulls.create({ ...o, title: 'Docs', body: 'x', head: 'canon/docs', base: 'main' });
  assert.equal(pr.data.changed_files, 1);
  await rejects(octokit.pulls.create({ ...o, title: 'Docs', head: 'canon/docs', base: 'main' }), 422, /already exists|Validation/);
  const files = await octokit.pulls.listFiles({ ...o, pull_number: pr.data.number });
  assert.equal(files.data[0].status, 'added');
  await octokit.pulls.merge({ ...o, pull_number: pr.data.number });
  const merged = await octokit.repos.getContent({ ...o, path: 'docs/c.md' });
  assert.equal(Buffer.from(merged.data.content, 'base64').toString(), 'via blob\n');
  const compare = await octokit.repos.compareCommits({ ...o, base: head.data.object.sha, head: 'main' });
  assert.equal(compare.data.status, 'ahead');
});

test('issues, labels, comments and search', async () => {
  const o = { owner: 'acme', repo: 'specs' };
  const issue = await octokit.issues.create({ ...o, title: 'Do it', body: 'text', labels: ['canon'] });
  assert.equal(issue.data.state, 'open');
  await octokit.issues.createComment({ ...o, issue_number: issue.data.number, body: 'hi' });
  const closed = await octokit.issues.update({ ...o, issue_number: issue.data.number, state: 'closed', state_reason: 'completed' });
  assert.equal(closed.data.state, 'closed');
  assert.equal((await octokit.issues.get({ ...o, issue_number: issue.data.number })).data.comments, 1);
  const found = await octokit.search.issuesAndPullRequests({ q: 'repo:acme/specs is:issue in:title "Do it"' });
  assert.equal(found.data.total_count, 1);
  await rejects(octokit.issues.createLabel({ ...o, name: 'canon', color: 'ededed' }), 422);
  const many = [];
  for (let i = 0; i < 5; i++) many.push(await octokit.issues.create({ ...o, title: `n${i}` }));
  const all = await octokit.paginate(octokit.issues.listForRepo, { ...o, per_page: 2, state: 'all' });
  assert.ok(all.length >= 6);
  const run = await octokit.checks.create({ ...o, name: 'canon', head_sha: (await octokit.git.getRef({ ...o, ref: 'heads/main' })).data.object.sha, conclusion: 'success', output: { title: 't', summary: 's' } });
  assert.equal(run.data.status, 'completed');
});

test('so far nothing broke the contract', async () => {
  assert.deepEqual(await peer.violations(), []);
});

test('a body that breaks the contract is refused and noted', async () => {
  await rejects(octokit.request('POST /repos/acme/specs/issues', { titel: 'typo' }), 422);
  await rejects(octokit.request('POST /repos/acme/specs/git/refs', { ref: 7, sha: 'x' }), 422);
  const bad = await peer.violations();
  assert.ok(bad.some((v) => v.errors.some((e) => e.where === 'body.titel' && e.unknown)));
  await peer.control('DELETE', '/violations');
});

test('credentials are checked', async () => {
  const anonymous = new Octokit({ baseUrl: peer.url, log: { debug() {}, info() {}, warn() {}, error() {} } });
  await rejects(anonymous.repos.get({ owner: 'acme', repo: 'specs' }), 404);
  const wrong = new Octokit({ baseUrl: peer.url, auth: 'ghs_wrong', log: { debug() {}, info() {}, warn() {}, error() {} } });
  await rejects(wrong.repos.get({ owner: 'acme', repo: 'specs' }), 401, /Bad credentials/);
  const noAgent = await new Promise((resolve, reject) => import('node:http').then(({ default: http }) => http.get(`${peer.url}/rate_limit`, (res) => { res.resume(); resolve(res.statusCode); }).on('error', reject)));
  assert.equal(noAgent, 403);
});

test('conditional requests and faults', async () => {
  const first = await octokit.request('GET /repos/acme/specs');
  await rejects(octokit.request('GET /repos/acme/specs', { headers: { 'if-none-match': first.headers.etag } }), 304);
  await peer.fault({ path: '/repos/acme/specs$', status: 502, times: 1 });
  await rejects(octokit.request('GET /repos/acme/specs'), 502);
  assert.equal((await octokit.request('GET /repos/acme/specs')).status, 200);
  await peer.seed({ rate_limit: { limit: 10, used: 10 } });
  await rejects(octokit.request('GET /repos/acme/specs'), 403, /rate limit/);
  await peer.seed({ rate_limit: { limit: 5000, used: 0 } });
});

test('people log in over OAuth', async () => {
  const state = await peer.get('/state');
  const go = await fetch(`${peer.url}/login/oauth/authorize?client_id=${state.oauth.client_id}&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcb&scope=repo&state=s`, { redirect: 'manual' });
  const code = new URL(go.headers.get('location')).searchParams.get('code');
  const { authentication } = await exchangeWebFlowCode({ clientType: 'oauth-app', clientId: state.oauth.client_id, clientSecret: state.oauth.client_secret, code, request: request.defaults({ baseUrl: peer.url }) });
  const me = await new Octokit({ baseUrl: peer.url, auth: authentication.token }).users.getAuthenticated();
  assert.equal(me.data.login, 'octo-alice');
  await assert.rejects(exchangeWebFlowCode({ clientType: 'oauth-app', clientId: state.oauth.client_id, clientSecret: state.oauth.client_secret, code, request: request.defaults({ baseUrl: peer.url }) }), /incorrect or expired/);
});

test('webhooks carry signatures that Octokit verifies', async (t) => {
  const hook = await startReceiver();
  t.after(() => hook.close());
  await peer.seed({ webhook: { target: `${hook.url}/webhook`, secret: 'shh' } });
  await octokit.issues.create({ owner: 'acme', repo: 'specs', title: 'announce me' });
  await hook.wait(1);
  assert.equal(hook.received[0].headers['x-github-event'], 'issues');
  assert.equal(await verify('shh', hook.received[0].body, hook.received[0].headers['x-hub-signature-256']), true);
  const sent = await peer.post('/webhook', { event: 'installation', action: 'created', signature: 'wrong_secret' });
  assert.equal(sent.status, 200);
  assert.equal(await verify('shh', hook.received[1].body, hook.received[1].headers['x-hub-signature-256']), false);
  await peer.seed({ webhook: null });
  assert.deepEqual(await peer.violations(), []);
});
