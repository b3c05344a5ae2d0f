// A stateful GitHub: repositories live in real git repositories, every request and every answer is
// checked against GitHub's OpenAPI document (github.json), webhooks are signed with Octokit's library.
import fs from 'node:fs';
import path from 'node:path';
import crypto from 'node:crypto';
import { createRequire } from 'node:module';
import { sign } from '@octokit/webhooks-methods';
import { readArgs, startPeer, deliver, HttpError } from './lib/peer.mjs';
import { Contract } from './lib/openapi.mjs';
import { GitRepo } from './lib/gitrepo.mjs';
import { temporaryDirectory } from './lib/temp.mjs';
import { readContract } from './lib/contracts.mjs';

const args = readArgs({
  'app-id': { type: 'string', default: '123456' },
  'app-key': { type: 'string' }, // a PEM private or public key; made up when absent
  'app-key-out': { type: 'string' },
}, 'github.mjs: stateful GitHub REST API, OAuth and webhooks');

const contract = new Contract(JSON.parse(readContract('github.json')), {
  multi: ['path', 'ref', 'basehead', 'branch'], refuseUnknown: !args.lenient,
});
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json');

let appPrivatePem;
let appPublic;
if (args['app-key']) {
  const pem = fs.readFileSync(args['app-key'], 'utf8');
  appPublic = crypto.createPublicKey(pem);
  if (pem.includes('PRIVATE')) appPrivatePem = pem;
} else {
  const pair = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
  appPrivatePem = pair.privateKey.export({ type: 'pkcs1', format: 'pem' });
  appPublic = pair.publicKey;
}
if (args['app-key-out']) fs.writeFileSync(args['app-key-out'], appPrivatePem, { mode: 0o600 });

// ---------------------------------------------------------------- state
const tmpRoot = temporaryDirectory('peer-github-');

const APP_PERMISSIONS = { contents: 'write', issues: 'write', pull_requests: 'write', checks: 'write', statuses: 'write', metadata: 'read' };
const fresh = () => ({
  repos: new Map(), // full name (lower case) -> repo
  installations: new Map(), tokens: new Map(), oauthCodes: new Map(), refreshTokens: new Map(),
  users: new Map([['octo-alice', { id: 1001, name: 'Alice Example', email: 'alice@example.com', orgs: ['acme'] }]]),
  oauth: { client_id: 'Iv1.canontest0000001', client_secret: 'github-oauth-secret-for-tests-only', expiring: false, user: 'octo-alice', deny: false, redirect_uris: null },
  token_ttl_s: 3600, rate_limit: { limit: 5000, used: 0, reset_s: 3600 }, tree_limit: 100000, webhook: null, deliveries: [],
  nextId: 5000, nextRepoId: 900,
});
let S = fresh();
let repoSeq = 0;

const now = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
const id = () => ++S.nextId;

function account(login, type) {
  const user = S.users.get(login);
  const h = [...login].reduce((n, c) => (n * 31 + c.charCodeAt(0)) % 1000003, 7);
  return contract.fill({ $ref: '#/components/schemas/simple-user' }, {
    login, id: user?.id ?? 10000 + h, type: type ?? (login.endsWith('[bot]') ? 'Bot' : user ? 'User' : 'Organization'), site_admin: false, html_url: `${peer.url}/${encodeURIComponent(login)}`, gravatar_id: '',
  }, { url: `${peer.url}/users/${encodeURIComponent(login)}/`, text: 'x' });
}

function addInstallation(spec) {
  const inst = { id: 1, account: 'acme', permissions: { ...APP_PERMISSIONS }, events: ['push', 'pull_request', 'issues', 'issue_comment'], suspended_at: null, created_at: now(), ...spec };
  S.installations.set(inst.id, inst);
  return inst;
}

function addRepo(spec) {
  const key = spec.full_name.toLowerCase();
  const [owner, name] = spec.full_name.split('/');
  let repo = S.repos.get(key);
  if (!repo) {
    const dir = path.join(tmpRoot, `${++repoSeq}`, `${name}.git`);
    repo = {
      id: ++S.nextRepoId, owner, name, full_name: spec.full_name, private: spec.private ?? true, default_branch: spec.default_branch ?? 'main', description: spec.description ?? null,
      installation_id: spec.installation_id ?? 1, git: GitRepo.create(dir, spec.default_branch ?? 'main', spec.import), archived: false,
      issues: new Map(), pulls: new Map(), comments: new Map(), labels: new Map(), checks: new Map(), statuses: [], collaborators: spec.collaborators ?? {}, next: 1, created_at: now(), pushed_at: now(),
    };
    S.repos.set(key, repo);
    if (!S.installations.has(repo.installation_id)) addInstallation({ id: repo.installation_id, account: owner });
    for (const l of ['bug', 'enhancement', 'documentation']) repo.labels.set(l, { id: id(), name: l, color: 'ededed', description: null, default: true });
    if (!spec.import && !spec.files && !spec.empty) spec = { ...spec, files: { 'README.md': `# ${name}\n` } };
  }
  for (const k of ['private', 'default_branch', 'description', 'archived']) if (spec[k] !== undefined) repo[k] = spec[k];
  if (spec.collaborators) repo.collaborators = { ...repo.collaborators, ...spec.collaborators };
  if (spec.files) {
    const branch = spec.branch ?? repo.default_branch;
    if (!repo.git.ref(`refs/heads/${branch}`) && branch !== repo.default_branch) repo.git.setRef(`refs/heads/${branch}`, repo.git.ref(`refs/heads/${repo.default_branch}`));
    const before = repo.git.ref(`refs/heads/${branch}`);
    repo.git.commitFiles(branch, spec.files, spec.message ?? 'Seed', { author: spec.author });
    repo.pushed_at = now();
    if (before && spec.emit) emit(repo, 'push', pushPayload(repo, branch, before));
  }
  return repo;
}

function seed(body) {
  const known = ['repos', 'installations', 'users', 'oauth', 'token_ttl_s', 'rate_limit', 'tree_limit', 'webhook', 'issues', 'tokens', 'remove_installations'];
  for (const k of Object.keys(body)) if (!known.includes(k)) throw new Error(`unknown seed field ${k}; known: ${known.join(', ')}`);
  for (const i of body.installations ?? []) addInstallation({ ...S.installations.get(i.id), ...i });
  for (const i of body.remove_installations ?? []) S.installations.delete(i);
  for (const [login, u] of Object.entries(body.users ?? {})) S.users.set(login, { id: id(), name: login, email: `${login}@example.com`, orgs: [], ...S.users.get(login), ...u });
  if (body.oauth) S.oauth = { ...S.oauth, ...body.oauth };
  for (const k of ['token_ttl_s', 'tree_limit', 'webhook']) if (body[k] !== undefined) S[k] = body[k];
  if (body.rate_limit) S.rate_limit = { ...S.rate_limit, ...body.rate_limit };
  for (const r of body.repos ?? []) addRepo(r);
  for (const t of body.tokens ?? []) S.tokens.set(t.token, { kind: 'user', login: t.login, expires: Infinity, scopes: t.scopes ?? ['repo'] });
  for (const i of body.issues ?? []) createIssue(S.repos.get(i.repo.toLowerCase()), { title: i.title, body: i.body ?? null, labels: i.labels ?? [] }, i.user ?? 'octo-alice');
}

// ---------------------------------------------------------------- errors
const DOC = 'https://docs.github.com/rest';
const problem = (status, message, extra = {}, headers) => new HttpError(status, { message, ...extra, documentation_url: DOC, status: String(status) }, headers);
const notFound = () => problem(404, 'Not Found');
const invalid = (message, errors) => problem(422, message, errors ? { errors } : {});

// ---------------------------------------------------------------- who is asking
function appJwt(token) {
  const bad = (m) => problem(401, m);
  const parts = token.split('.');
  let header; let claims;
  try { header = JSON.parse(Buffer.from(parts[0], 'base64url')); claims = JSON.parse(Buffer.from(parts[1], 'base64url')); } catch { throw bad('A JSON web token could not be decoded'); }
  if (header.alg !== 'RS256') throw bad('A JSON web token could not be decoded');
  if (!crypto.verify('RSA-SHA256', Buffer.from(`${parts[0]}.${parts[1]}`), appPublic, Buffer.from(parts[2] ?? '', 'base64url'))) throw bad('A JSON web token could not be decoded');
  const t = Date.now() / 1000;
  if (!Number.isInteger(claims.exp)) throw bad("Missing 'expiration' claim ('exp') in assertion");
  if (!Number.isInteger(claims.iat)) throw bad("Missing 'issued at' claim ('iat') in assertion");
  if (claims.iat > t + 30) throw bad("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
  if (claims.exp <= t) throw bad("'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires");
  if (claims.exp > t + 630 || claims.exp - claims.iat > 690) throw bad("'Expiration time' claim ('exp') is too far in the future");
  if (String(claims.iss) !== args['app-id'] && claims.iss !== S.oauth.client_id) throw bad("'Issuer' claim ('iss') must be an Integer");
  return { kind: 'app' };
}

function authenticate(ctx) {
  const header = ctx.header('authorization');
  if (!header) return { kind: 'none' };
  const m = /^(Bearer|token) (\S+)$/i.exec(header);
  if (!m) throw problem(401, 'Bad credentials');
  const token = m[2];
  if (token.split('.').length === 3) return appJwt(token);
  const found = S.tokens.get(token);
  if (!found || found.expires <= Date.now()) throw problem(401, 'Bad credentials');
  if (found.kind === 'installation' && (!S.installations.has(found.installation_id) || S.installations.get(found.installation_id).suspended_at)) throw problem(403, 'This installation has been suspended');
  return found;
}

function repoFor(who, owner, name) {
  const repo = S.repos.get(`${owner}/${name}`.toLowerCase());
  if (!repo) throw notFound();
  if (who.kind === 'installation') {
    if (repo.installation_id !== who.installation_id && repo.private) throw notFound();
    if (who.repositories && !who.repositories.includes(repo.name) && repo.private) throw notFound();
  } else if (who.kind === 'user') {
    const level = collaborator(repo, who.login);
    if (repo.private && level === 'none') throw notFound();
  } else if (repo.private) throw notFound();
  return repo;
}

function need(who, permission, level = 'write') {
  if (who.kind !== 'installation') return;
  const have = who.permissions[permission];
  const rank = { read: 1, write: 2, admin: 3 };
  if (!have || rank[have] < rank[level]) throw problem(403, 'Resource not accessible by integration');
}

function collaborator(repo, login) {
  if (repo.collaborators[login]) return repo.collaborators[login];
  if (S.users.get(login)?.orgs?.includes(repo.owner)) return 'write';
  return repo.private ? 'none' : 'read';
}

// ---------------------------------------------------------------- what things look like
const api = (repo) => `${peer.url}/repos/${repo.full_name}`;
const html = (repo) => `${peer.url}/${repo.full_name}`;

function showRepo(repo, schema = 'minimal-repository') {
  return contract.fill({ $ref: `#/components/schemas/${schema}` }, {
    id: repo.id, node_id: `R_${repo.id}`, name: repo.name, full_name: repo.full_name, private: repo.private, owner: account(repo.owner), html_url: html(repo), url: api(repo),
    description: repo.description, fork: false, default_branch: repo.default_branch, archived: repo.archived, disabled: false, visibility: repo.private ? 'private' : 'public',
    created_at: repo.created_at, updated_at: repo.pushed_at, pushed_at: repo.pushed_at, clone_url: `${html(repo)}.git`, git_url: `git://127.0.0.1/${repo.full_name}.git`, ssh_url: `git@127.0.0.1:${repo.full_name}.git`,
    svn_url: html(repo), has_issues: true, has_wiki: true, open_issues_count: [...repo.issues.values()].filter((i) => i.state === 'open').length,
    permissions: { admin: false, push: true, pull: true },
  }, { url: `${api(repo)}/`, text: 'x' });
}

function showInstallation(inst) {
  return contract.fill({ $ref: '#/components/schemas/installation' }, {
    id: inst.id, account: account(inst.account), repository_selection: 'all', access_tokens_url: `${peer.url}/app/installations/${inst.id}/access_tokens`,
    repositories_url: `${peer.url}/installation/repositories`, html_url: `${peer.url}/organizations/${inst.account}/settings/installations/${inst.id}`, app_id: Number(args['app-id']) || 1,
    target_id: account(inst.account).id, target_type: 'Organization', permissions: inst.permissions, events: inst.events, created_at: inst.created_at, updated_at: inst.created_at,
    single_file_name: null, app_slug: 'canon', suspended_by: null, suspended_at: inst.suspended_at,
  }, { url: `${peer.url}/`, text: 'x' });
}

const person = (p) => ({ name: p.name, email: p.email, date: p.date });
function showGitCommit(repo, sha) {
  const c = repo.git.commit(sha);
  return {
    sha, node_id: `C_${sha.slice(0, 12)}`, url: `${api(repo)}/git/commits/${sha}`, html_url: `${html(repo)}/commit/${sha}`, author: person(c.author), committer: person(c.committer), message: c.message,
    tree: { sha: c.tree, url: `${api(repo)}/git/trees/${c.tree}` }, parents: c.parents.map((p) => ({ sha: p, url: `${api(repo)}/git/commits/${p}`, html_url: `${html(repo)}/commit/${p}` })),
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  };
}

function showCommit(repo, sha, files) {
  const c = repo.git.commit(sha);
  const g = showGitCommit(repo, sha);
  return {
    sha, node_id: g.node_id, url: `${api(repo)}/commits/${sha}`, html_url: g.html_url, comments_url: `${api(repo)}/commits/${sha}/comments`,
    commit: { url: g.url, author: g.author, committer: g.committer, message: c.message, comment_count: 0, tree: g.tree, verification: g.verification },
    author: null, committer: null, parents: g.parents,
    ...(files ? { stats: { additions: files.reduce((n, f) => n + f.additions, 0), deletions: files.reduce((n, f) => n + f.deletions, 0), total: files.reduce((n, f) => n + f.changes, 0) }, files: files.map((f) => showDiff(repo, sha, f)) } : {}),
  };
}

const showDiff = (repo, sha, f) => ({ ...f, blob_url: `${html(repo)}/blob/${sha}/${f.filename}`, raw_url: `${html(repo)}/raw/${sha}/${f.filename}`, contents_url: `${api(repo)}/contents/${f.filename}?ref=${sha}` });

const showRef = (repo, ref, sha) => ({ ref, node_id: `REF_${Buffer.from(ref).toString('hex').slice(0, 20)}`, url: `${api(repo)}/git/${ref}`, object: { type: repo.git.type(sha), sha, url: `${api(repo)}/git/commits/${sha}` } });

function showEntry(repo, ref, e, withContent) {
  const url = `${api(repo)}/contents/${e.path.split('/').map(encodeURIComponent).join('/')}?ref=${ref}`;
  const git = `${api(repo)}/git/${e.type === 'tree' ? 'trees' : 'blobs'}/${e.sha}`;
  const page = `${html(repo)}/${e.type === 'tree' ? 'tree' : 'blob'}/${ref}/${e.path}`;
  const out = {
    type: e.type === 'tree' ? 'dir' : e.mode === '120000' ? 'symlink' : 'file', name: e.path.split('/').pop(), path: e.path, sha: e.sha, size: e.size ?? 0, url, git_url: git, html_url: page,
    download_url: e.type === 'tree' ? null : `${html(repo)}/raw/${ref}/${e.path}`, _links: { self: url, git, html: page },
  };
  if (withContent) {
    const big = (e.size ?? 0) > 1024 * 1024; // the contents API gives no text above 1 MB
    out.encoding = big ? 'none' : 'base64';
    out.content = big ? '' : wrap64(repo.git.blob(e.sha));
    if (e.mode === '120000') { out.target = repo.git.blob(e.sha).toString(); }
  }
  return out;
}

/** GitHub breaks base64 into lines of 60. */
const wrap64 = (buf) => buf.toString('base64').replace(/.{60}/g, '$&\n').replace(/\n?$/, '\n');

const showLabel = (repo, l) => ({ id: l.id, node_id: `LA_${l.id}`, url: `${api(repo)}/labels/${encodeURIComponent(l.name)}`, name: l.name, color: l.color, default: l.default ?? false, description: l.description ?? null });

function showIssue(repo, issue) {
  const url = `${api(repo)}/issues/${issue.number}`;
  return contract.fill({ $ref: '#/components/schemas/issue' }, {
    id: issue.id, node_id: `I_${issue.id}`, url, repository_url: api(repo), html_url: `${html(repo)}/${issue.pull ? 'pull' : 'issues'}/${issue.number}`, number: issue.number, state: issue.state, state_reason: issue.state_reason ?? null,
    title: issue.title, body: issue.body, user: account(issue.user), labels: issue.labels.map((n) => showLabel(repo, repo.labels.get(n))), assignee: null, assignees: [], milestone: null, locked: false,
    comments: [...repo.comments.values()].filter((c) => c.issue === issue.number).length, created_at: issue.created_at, updated_at: issue.updated_at, closed_at: issue.closed_at, author_association: 'CONTRIBUTOR',
    labels_url: `${url}/labels{/name}`, ...(issue.pull ? { pull_request: { url: `${api(repo)}/pulls/${issue.number}`, html_url: `${html(repo)}/pull/${issue.number}`, diff_url: `${html(repo)}/pull/${issue.number}.diff`, patch_url: `${html(repo)}/pull/${issue.number}.patch`, merged_at: null } } : {}),
  }, { url: `${url}/`, text: 'x' });
}

const showComment = (repo, c) => contract.fill({ $ref: '#/components/schemas/issue-comment' }, {
  id: c.id, node_id: `IC_${c.id}`, url: `${api(repo)}/issues/comments/${c.id}`, html_url: `${html(repo)}/issues/${c.issue}#issuecomment-${c.id}`, body: c.body, user: account(c.user), created_at: c.created_at, updated_at: c.updated_at, issue_url: `${api(repo)}/issues/${c.issue}`, author_association: 'CONTRIBUTOR',
}, { url: `${api(repo)}/` });

function showPull(repo, pull, schema = 'pull-request') {
  const issue = repo.issues.get(pull.number);
  const side = (ref, sha) => ({ label: `${repo.owner}:${ref}`, ref, sha, user: account(repo.owner), repo: showRepo(repo, 'repository') });
  const headSha = repo.git.ref(`refs/heads/${pull.head}`) ?? pull.head_sha;
  const url = `${api(repo)}/pulls/${pull.number}`;
  const links = Object.fromEntries(['comments', 'commits', 'statuses', 'html', 'issue', 'review_comments', 'review_comment', 'self'].map((k) => [k, { href: `${url}/${k}` }]));
  const base = repo.git.mergeBase(pull.base_sha, headSha) ?? pull.base_sha;
  const files = schema === 'pull-request' ? repo.git.diff(base, headSha) : [];
  return contract.fill({ $ref: `#/components/schemas/${schema}` }, {
    id: pull.id, node_id: `PR_${pull.id}`, number: pull.number, url, html_url: `${html(repo)}/pull/${pull.number}`, diff_url: `${html(repo)}/pull/${pull.number}.diff`, issue_url: `${api(repo)}/issues/${pull.number}`,
    state: issue.state, locked: false, title: issue.title, body: issue.body, user: account(issue.user), labels: issue.labels.map((n) => showLabel(repo, repo.labels.get(n))), draft: pull.draft ?? false,
    head: side(pull.head, headSha), base: side(pull.base, pull.base_sha), _links: links, created_at: issue.created_at, updated_at: issue.updated_at, closed_at: issue.closed_at, merged_at: pull.merged_at ?? null,
    merge_commit_sha: pull.merge_commit_sha ?? null, assignee: null, milestone: null, author_association: 'CONTRIBUTOR', auto_merge: null,
    ...(schema === 'pull-request' ? { merged: Boolean(pull.merged_at), mergeable: true, rebaseable: true, mergeable_state: 'clean', merged_by: null, comments: 0, review_comments: 0, maintainer_can_modify: false, commits: repo.git.log(headSha, { exclude: base }).length, additions: files.reduce((n, f) => n + f.additions, 0), deletions: files.reduce((n, f) => n + f.deletions, 0), changed_files: files.length } : {}),
  }, { url: `${url}/`, text: 'x' });
}

function showCheck(repo, c) {
  return contract.fill({ $ref: '#/components/schemas/check-run' }, {
    id: c.id, node_id: `CR_${c.id}`, head_sha: c.head_sha, name: c.name, external_id: c.external_id ?? null, url: `${api(repo)}/check-runs/${c.id}`, html_url: `${html(repo)}/runs/${c.id}`, details_url: c.details_url ?? null,
    status: c.status, conclusion: c.conclusion ?? null, started_at: c.started_at, completed_at: c.completed_at ?? null, app: null, check_suite: null, pull_requests: [],
    output: { title: c.output?.title ?? null, summary: c.output?.summary ?? null, text: c.output?.text ?? null, annotations_count: c.output?.annotations?.length ?? 0, annotations_url: `${api(repo)}/check-runs/${c.id}/annotations` },
  });
}

function paginate(ctx, items, wrap = (x) => x) {
  const per = Math.min(Math.max(Number(ctx.query.get('per_page') ?? 30) || 30, 1), 100);
  const page = Math.max(Number(ctx.query.get('page') ?? 1) || 1, 1);
  const last = Math.max(Math.ceil(items.length / per), 1);
  const link = (n, rel) => { const u = new URL(ctx.url.pathname + ctx.url.search, peer.url); u.searchParams.set('page', n); return `<${u.href}>; rel="${rel}"`; };
  const links = [];
  if (page > 1) links.push(link(page - 1, 'prev'));
  if (page < last) links.push(link(page + 1, 'next'), link(last, 'last'));
  if (page > 1) links.push(link(1, 'first'));
  return { json: wrap(items.slice((page - 1) * per, page * per)), headers: links.length ? { link: links.join(', ') } : {} };
}

// ---------------------------------------------------------------- doing things
function ensureLabel(repo, name) {
  if (!repo.labels.has(name)) repo.labels.set(name, { id: id(), name, color: 'ededed', description: null });
  return name;
}

function createIssue(repo, body, user, pull) {
  const number = repo.next++;
  const issue = { id: id(), number, title: String(body.title), body: body.body ?? null, state: 'open', user, labels: (body.labels ?? []).map((l) => ensureLabel(repo, typeof l === 'string' ? l : l.name)), created_at: now(), updated_at: now(), closed_at: null, pull: Boolean(pull) };
  repo.issues.set(number, issue);
  return issue;
}

function login(who) { return who.kind === 'user' ? who.login : 'canon[bot]'; }

function branchHead(repo, ref) {
  const sha = repo.git.commitish(ref ?? repo.default_branch);
  if (!sha) throw problem(404, ref ? `No commit found for the ref ${ref}` : 'This repository is empty.');
  return sha;
}

function putContents({ ctx, repo, p, who }) {
  const body = ctx.json();
  const branch = body.branch ?? repo.default_branch;
  const ref = `refs/heads/${branch}`;
  const head = repo.git.ref(ref);
  const empty = repo.git.refs('refs/heads/').length === 0;
  if (!head && !empty) throw problem(404, `Branch ${branch} not found`);
  if (!p || p.startsWith('/') || p.endsWith('/') || p.split('/').some((s) => s === '..' || s === '.' || s === '' || s.toLowerCase() === '.git')) throw invalid('path contains a malformed path component');
  const current = head ? repo.git.entry(head, p) : null;
  if (current?.type === 'tree') throw invalid('path is a directory');
  if (current && !body.sha) throw invalid('Invalid request.\n\n"sha" wasn\'t supplied.');
  if (body.sha && (!current || current.sha !== body.sha)) throw problem(409, `${p} does not match ${body.sha}`);
  const clean = body.content.replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(clean) || clean.length % 4 !== 0) throw invalid('content is not valid Base64');
  const blob = repo.git.writeBlob(Buffer.from(clean, 'base64'));
  const tree = repo.git.writeTree(head, [{ path: p, sha: blob }]);
  const sha = repo.git.commitTree(tree, head ? [head] : [], body.message, { author: body.author, committer: body.committer });
  repo.git.setRef(ref, sha);
  repo.pushed_at = now();
  if (head) emit(repo, 'push', pushPayload(repo, branch, head, login(who)));
  const e = repo.git.entry(sha, p);
  return { status: current ? 200 : 201, json: { content: showEntry(repo, branch, e), commit: showGitCommit(repo, sha) } };
}

const T = '/repos/{owner}/{repo}';
const ROUTES = {
  // --- the app itself
  'GET /app': ({ who }) => {
    if (who.kind !== 'app') throw problem(401, 'A JSON web token could not be decoded');
    return { json: contract.fill({ $ref: '#/components/schemas/integration' }, { id: Number(args['app-id']) || 1, slug: 'canon', node_id: 'A_1', client_id: S.oauth.client_id, name: 'Canon', description: null, external_url: 'http://127.0.0.1/', html_url: `${peer.url}/apps/canon`, owner: account('acme'), permissions: APP_PERMISSIONS, events: ['push'], created_at: now(), updated_at: now() }) };
  },
  'GET /app/installations': ({ ctx, who }) => { mustBeApp(who); return paginate(ctx, [...S.installations.values()].map(showInstallation)); },
  'GET /app/installations/{installation_id}': ({ who, params }) => { mustBeApp(who); const i = S.installations.get(Number(params.installation_id)); if (!i) throw notFound(); return { json: showInstallation(i) }; },
  'DELETE /app/installations/{installation_id}': ({ who, params }) => { mustBeApp(who); if (!S.installations.delete(Number(params.installation_id))) throw notFound(); return { status: 204 }; },
  'POST /app/installations/{installation_id}/access_tokens': ({ ctx, who, params }) => {
    mustBeApp(who);
    const inst = S.installations.get(Number(params.installation_id));
    if (!inst) throw notFound();
    if (inst.suspended_at) throw problem(403, 'This installation has been suspended');
    const body = ctx.rawBody.length ? ctx.json() : {};
    for (const [k, v] of Object.entries(body.permissions ?? {})) {
      const rank = { read: 1, write: 2, admin: 3 };
      if (!inst.permissions[k] || rank[inst.permissions[k]] < rank[v]) throw invalid('The permissions requested are not granted to this installation.');
    }
    const mine = [...S.repos.values()].filter((r) => r.installation_id === inst.id);
    for (const name of body.repositories ?? []) if (!mine.some((r) => r.name === name)) throw invalid('There is at least one repository that does not exist or is not accessible to the parent installation.');
    const token = `ghs_${crypto.randomBytes(27).toString('base64url').replace(/[-_]/g, 'x')}`;
    const expires = Date.now() + S.token_ttl_s * 1000;
    S.tokens.set(token, { kind: 'installation', installation_id: inst.id, expires, permissions: body.permissions ?? inst.permissions, repositories: body.repositories ?? null });
    return { status: 201, json: { token, expires_at: new Date(expires).toISOString().replace(/\.\d+Z$/, 'Z'), permissions: body.permissions ?? inst.permissions, repository_selection: body.repositories ? 'selected' : 'all' } };
  },
  'GET /installation/repositories': ({ ctx, who }) => {
    if (who.kind !== 'installation') throw problem(403, 'You must authenticate with an installation access token in order to list repositories for an installation.');
    const mine = [...S.repos.values()].filter((r) => r.installation_id === who.installation_id && (!who.repositories || who.repositories.includes(r.name)));
    return paginate(ctx, mine, (page) => ({ total_count: mine.length, repository_selection: 'all', repositories: page.map((r) => showRepo(r, 'repository')) }));
  },
  'DELETE /installation/token': ({ ctx, who }) => { if (who.kind !== 'installation') throw problem(403, 'Forbidden'); S.tokens.delete(/ (\S+)$/.exec(ctx.header('authorization'))[1]); return { status: 204 }; },
  'GET /rate_limit': ({ who }) => { const r = rate(who); const one = { limit: r.limit, used: r.used, remaining: r.remaining, reset: r.reset }; return { json: { resources: { core: one, search: one, graphql: one, integration_manifest: one, code_scanning_upload: one, actions_runner_registration: one, scim: one, dependency_snapshots: one, code_search: one, code_scanning_autofix: one, source_import: one }, rate: one } }; },
  // --- the person
  'GET /user': ({ who }) => {
    if (who.kind !== 'user') throw problem(who.kind === 'none' ? 401 : 403, who.kind === 'none' ? 'Requires authentication' : 'Resource not accessible by integration');
    const u = S.users.get(who.login);
    return { json: contract.fill({ $ref: '#/components/schemas/public-user' }, { ...account(who.login, 'User'), name: u.name, email: u.email, company: null, blog: null, location: null, hireable: null, bio: null, public_repos: 0, public_gists: 0, followers: 0, following: 0, created_at: now(), updated_at: now() }) };
  },
  'GET /user/orgs': ({ ctx, who }) => { mustBeUser(who); return paginate(ctx, (S.users.get(who.login).orgs ?? []).map((o) => contract.fill({ $ref: '#/components/schemas/organization-simple' }, { login: o, id: account(o).id, node_id: `O_${o}`, description: null, avatar_url: account(o).avatar_url }, { url: `${peer.url}/orgs/${o}/` }))); },
  'GET /user/repos': ({ ctx, who }) => { mustBeUser(who); return paginate(ctx, [...S.repos.values()].filter((r) => collaborator(r, who.login) !== 'none').map((r) => showRepo(r, 'repository'))); },
  'GET /user/installations': ({ ctx, who }) => { mustBeUser(who); const list = [...S.installations.values()].filter((i) => i.account === who.login || S.users.get(who.login).orgs?.includes(i.account)); return paginate(ctx, list, (page) => ({ total_count: list.length, installations: page.map(showInstallation) })); },
  'GET /user/installations/{installation_id}/repositories': ({ ctx, who, params }) => { mustBeUser(who); if (!S.installations.has(Number(params.installation_id))) throw notFound(); const list = [...S.repos.values()].filter((r) => r.installation_id === Number(params.installation_id) && collaborator(r, who.login) !== 'none'); return paginate(ctx, list, (page) => ({ total_count: list.length, repositories: page.map((r) => showRepo(r, 'repository')) })); },
  'GET /orgs/{org}/installation': ({ who, params }) => { mustBeApp(who); const i = [...S.installations.values()].find((x) => x.account === params.org); if (!i) throw notFound(); return { json: showInstallation(i) }; },
  'GET /orgs/{org}/repos': ({ ctx, who, params }) => paginate(ctx, [...S.repos.values()].filter((r) => r.owner === params.org && (!r.private || who.kind === 'installation')).map((r) => showRepo(r))),
  'GET /search/issues': ({ ctx, who }) => {
    const q = ctx.query.get('q') ?? '';
    const words = (q.match(/"[^"]*"|\S+/g) ?? []);
    const filters = {};
    const text = [];
    for (const w of words) { const m = /^([a-z]+):(.+)$/.exec(w); if (m) (filters[m[1]] ??= []).push(m[2].replace(/^"|"$/g, '')); else text.push(w.replace(/^"|"$/g, '').toLowerCase()); }
    if (!q.trim()) throw invalid('Validation Failed', [{ message: 'None of the search qualifiers apply to this search type.', resource: 'Search', field: 'q', code: 'invalid' }]);
    const hits = [];
    for (const repo of S.repos.values()) {
      if (filters.repo && !filters.repo.includes(repo.full_name)) continue;
      try { repoFor(who, repo.owner, repo.name); } catch { continue; }
      for (const issue of repo.issues.values()) {
        const kinds = [...(filters.is ?? []), ...(filters.type ?? [])];
        if (kinds.includes('issue') && issue.pull) continue;
        if ((kinds.includes('pr') || kinds.includes('pull-request')) && !issue.pull) continue;
        if (kinds.includes('open') && issue.state !== 'open') continue;
        if (kinds.includes('closed') && issue.state !== 'closed') continue;
        if (filters.state && !filters.state.includes(issue.state)) continue;
        if (filters.label && !filters.label.every((l) => issue.labels.includes(l))) continue;
        const where = filters.in?.includes('title') ? issue.title : `${issue.title} ${issue.body ?? ''}`;
        if (!text.every((t) => where.toLowerCase().includes(t))) continue;
        hits.push(contract.fill({ $ref: '#/components/schemas/issue-search-result-item' }, { ...showIssue(repo, issue), score: 1 }));
      }
    }
    const schema = contract.responseSchema(contract.match('GET', '/search/issues'), 200);
    return paginate(ctx, hits, (page) => contract.fill(schema, { total_count: hits.length, incomplete_results: false, items: page }));
  },
  // --- repositories
  [`GET ${T}`]: ({ repo }) => ({ json: showRepo(repo, 'full-repository') }),
  [`GET ${T}/installation`]: ({ who, params }) => { mustBeApp(who); const r = S.repos.get(`${params.owner}/${params.repo}`.toLowerCase()); const i = r && S.installations.get(r.installation_id); if (!i) throw notFound(); return { json: showInstallation(i) }; },
  [`GET ${T}/branches`]: ({ ctx, repo }) => paginate(ctx, repo.git.refs('refs/heads/').map((r) => ({ name: r.ref.slice(11), commit: { sha: r.sha, url: `${api(repo)}/commits/${r.sha}` }, protected: false }))),
  [`GET ${T}/branches/{branch}`]: ({ repo, params }) => { const sha = repo.git.ref(`refs/heads/${params.branch}`); if (!sha) throw problem(404, 'Branch not found'); return { json: { name: params.branch, commit: showCommit(repo, sha), _links: { html: `${html(repo)}/tree/${params.branch}`, self: `${api(repo)}/branches/${params.branch}` }, protected: false, protection: { enabled: false }, protection_url: `${api(repo)}/branches/${params.branch}/protection` } }; },
  [`GET ${T}/contents/{path}`]: ({ ctx, repo, params, who }) => {
    need(who, 'contents', 'read');
    const ref = ctx.query.get('ref') || repo.default_branch;
    const head = branchHead(repo, ref);
    const e = repo.git.entry(head, params.path);
    if (!e) throw notFound();
    const accept = ctx.header('accept') ?? '';
    if (e.type === 'tree') return { json: repo.git.tree(e.sha).map((x) => showEntry(repo, ref, { ...x, path: e.path ? `${e.path}/${x.path}` : x.path })) };
    if (/application\/vnd\.github(\.v3)?\.raw/.test(accept)) return { body: repo.git.blob(e.sha), headers: { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' }, unchecked: true };
    return { json: showEntry(repo, ref, e, true) };
  },
  [`PUT ${T}/contents/{path}`]: (a) => { need(a.who, 'contents'); return putContents({ ...a, p: a.params.path }); },
  [`DELETE ${T}/contents/{path}`]: ({ ctx, repo, params, who }) => {
    need(who, 'contents');
    const body = ctx.json();
    const branch = body.branch ?? repo.default_branch;
    const head = repo.git.ref(`refs/heads/${branch}`);
    if (!head) throw problem(404, `Branch ${branch} not found`);
    const current = repo.git.entry(head, params.path);
    if (!current) throw notFound();
    if (current.sha !== body.sha) throw problem(409, `${params.path} does not match ${body.sha}`);
    const sha = repo.git.commitTree(repo.git.writeTree(head, [{ path: params.path, sha: null }]), [head], body.message, body);
    repo.git.setRef(`refs/heads/${branch}`, sha);
    return { json: { content: null, commit: showGitCommit(repo, sha) } };
  },
  // --- git data
  [`GET ${T}/git/trees/{tree_sha}`]: ({ ctx, repo, params, who }) => {
    need(who, 'contents', 'read');
    const sha = repo.git.commitish(params.tree_sha) ? repo.git.resolve(repo.git.commitish(params.tree_sha), 'tree') : repo.git.resolve(params.tree_sha, 'tree');
    if (!sha) throw notFound();
    const recursive = ctx.query.has('recursive');
    const all = repo.git.tree(sha, recursive);
    const cut = all.slice(0, S.tree_limit);
    return { json: { sha, url: `${api(repo)}/git/trees/${sha}`, tree: cut.map((e) => ({ path: e.path, mode: e.mode, type: e.type, sha: e.sha, ...(e.size !== undefined ? { size: e.size } : {}), url: `${api(repo)}/git/${e.type === 'tree' ? 'trees' : 'blobs'}/${e.sha}` })), truncated: cut.length < all.length } };
  },
  [`POST ${T}/git/trees`]: ({ ctx, repo, who }) => {
    need(who, 'contents');
    const body = ctx.json();
    const base = body.base_tree ? repo.git.resolve(body.base_tree, 'tree') : null;
    if (body.base_tree && !base) throw invalid('base_tree is not a valid tree oid');
    const changes = [];
    for (const t of body.tree) {
      if (!t.path || t.path.startsWith('/')) throw invalid('tree.path cannot start with a slash');
      if (t.sha !== undefined && t.content !== undefined) throw invalid('Must supply either tree.sha or tree.content, not both');
      let blob = t.sha;
      if (t.content !== undefined) blob = repo.git.writeBlob(Buffer.from(t.content));
      else if (blob === undefined) throw invalid('Must supply tree.sha or tree.content');
      else if (blob !== null && !repo.git.type(blob)) throw invalid('tree.sha ' + blob + ' is not a valid blob');
      changes.push({ path: t.path, mode: t.mode ?? '100644', type: t.type, sha: blob });
    }
    const sha = repo.git.writeTree(base, changes);
    return { status: 201, json: { sha, url: `${api(repo)}/git/trees/${sha}`, truncated: false, tree: repo.git.tree(sha).map((e) => ({ path: e.path, mode: e.mode, type: e.type, sha: e.sha, ...(e.size !== undefined ? { size: e.size } : {}), url: `${api(repo)}/git/blobs/${e.sha}` })) } };
  },
  [`POST ${T}/git/blobs`]: ({ ctx, repo, who }) => { need(who, 'contents'); const b = ctx.json(); const sha = repo.git.writeBlob(Buffer.from(b.content, b.encoding === 'base64' ? 'base64' : 'utf8')); return { status: 201, json: { sha, url: `${api(repo)}/git/blobs/${sha}` } }; },
  [`GET ${T}/git/blobs/{file_sha}`]: ({ ctx, repo, params, who }) => {
    need(who, 'contents', 'read');
    if (repo.git.type(params.file_sha) !== 'blob') throw notFound();
    const buf = repo.git.blob(params.file_sha);
    if (/\.raw/.test(ctx.header('accept') ?? '')) return { body: buf, headers: { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' }, unchecked: true };
    return { json: { sha: params.file_sha, node_id: `B_${params.file_sha.slice(0, 12)}`, size: buf.length, url: `${api(repo)}/git/blobs/${params.file_sha}`, content: wrap64(buf), encoding: 'base64' } };
  },
  [`POST ${T}/git/commits`]: ({ ctx, repo, who }) => {
    need(who, 'contents');
    const b = ctx.json();
    if (!repo.git.resolve(b.tree, 'tree')) throw invalid('Tree SHA does not exist');
    for (const p of b.parents ?? []) if (repo.git.type(p) !== 'commit') throw invalid('Parent SHA does not exist or is not a commit object');
    const sha = repo.git.commitTree(b.tree, b.parents ?? [], b.message, { author: b.author, committer: b.committer });
    return { status: 201, json: showGitCommit(repo, sha) };
  },
  [`GET ${T}/git/commits/{commit_sha}`]: ({ repo, params }) => { if (repo.git.type(params.commit_sha) !== 'commit') throw notFound(); return { json: showGitCommit(repo, params.commit_sha) }; },
  [`GET ${T}/git/ref/{ref}`]: ({ repo, params }) => { const sha = repo.git.ref(`refs/${params.ref}`); if (!sha) throw notFound(); return { json: showRef(repo, `refs/${params.ref}`, sha) }; },
  [`GET ${T}/git/matching-refs/{ref}`]: ({ repo, params }) => ({ json: repo.git.refs().filter((r) => r.ref.startsWith(`refs/${params.ref}`)).map((r) => showRef(repo, r.ref, r.sha)) }),
  [`POST ${T}/git/refs`]: ({ ctx, repo, who }) => {
    need(who, 'contents');
    const { ref, sha } = ctx.json();
    if (!/^refs\/[^/]+\/.+/.test(ref)) throw invalid('Reference name must start with \'refs/\' and have at least two slashes.');
    if (/[\s~^:?*[\\]|\.\.|@\{|\/$|\.lock$|\/\//.test(ref)) throw invalid('Reference name is not valid.');
    if (repo.git.ref(ref)) throw invalid('Reference already exists');
    if (!repo.git.type(sha)) throw invalid('Object does not exist');
    repo.git.setRef(ref, sha);
    return { status: 201, json: showRef(repo, ref, sha) };
  },
  [`PATCH ${T}/git/refs/{ref}`]: ({ ctx, repo, params, who }) => {
    need(who, 'contents');
    const { sha, force } = ctx.json();
    const ref = `refs/${params.ref}`;
    const old = repo.git.ref(ref);
    if (!old) throw invalid('Reference does not exist');
    if (!repo.git.type(sha)) throw invalid('Object does not exist');
    if (!force && !repo.git.isAncestor(old, sha)) throw invalid('Update is not a fast forward');
    repo.git.setRef(ref, sha);
    if (ref.startsWith('refs/heads/')) emit(repo, 'push', pushPayload(repo, ref.slice(11), old, login(who)));
    return { json: showRef(repo, ref, sha) };
  },
  [`DELETE ${T}/git/refs/{ref}`]: ({ repo, params, who }) => { need(who, 'contents'); if (!repo.git.ref(`refs/${params.ref}`)) throw invalid('Reference does not exist'); repo.git.deleteRef(`refs/${params.ref}`); return { status: 204 }; },
  [`GET ${T}/commits`]: ({ ctx, repo }) => { const from = branchHead(repo, ctx.query.get('sha')); return paginate(ctx, repo.git.log(from, { path: ctx.query.get('path') ?? undefined }).map((s) => showCommit(repo, s))); },
  [`GET ${T}/commits/{ref}`]: ({ repo, params }) => { const sha = repo.git.commitish(params.ref); if (!sha) throw invalid(`No commit found for SHA: ${params.ref}`); const parent = repo.git.commit(sha).parents[0]; return { json: showCommit(repo, sha, repo.git.diff(parent ?? '4b825dc642cb6eb9a060e54bf8d69288fbee4904', sha)) }; },
  [`GET ${T}/compare/{basehead}`]: ({ repo, params }) => {
    const [a, b] = params.basehead.split('...');
    const base = repo.git.commitish(a); const head = b && repo.git.commitish(b);
    if (!base || !head) throw notFound();
    const mb = repo.git.mergeBase(base, head);
    if (!mb) throw problem(404, 'No common ancestor');
    const ahead = repo.git.log(head, { exclude: base }); const behind = repo.git.log(base, { exclude: head });
    return { json: { url: `${api(repo)}/compare/${params.basehead}`, html_url: `${html(repo)}/compare/${params.basehead}`, permalink_url: `${html(repo)}/compare/${params.basehead}`, diff_url: `${html(repo)}/compare/${params.basehead}.diff`, patch_url: `${html(repo)}/compare/${params.basehead}.patch`, base_commit: showCommit(repo, base), merge_base_commit: showCommit(repo, mb), status: ahead.length && behind.length ? 'diverged' : ahead.length ? 'ahead' : behind.length ? 'behind' : 'identical', ahead_by: ahead.length, behind_by: behind.length, total_commits: ahead.length, commits: ahead.reverse().map((s) => showCommit(repo, s)), files: repo.git.diff(mb, head).map((f) => showDiff(repo, head, f)) } };
  },
  // --- pulls
  [`GET ${T}/pulls`]: ({ ctx, repo }) => { const state = ctx.query.get('state') ?? 'open'; const head = ctx.query.get('head'); return paginate(ctx, [...repo.pulls.values()].filter((p) => (state === 'all' || repo.issues.get(p.number).state === state) && (!head || head === `${repo.owner}:${p.head}`) && (!ctx.query.get('base') || ctx.query.get('base') === p.base)).reverse().map((p) => showPull(repo, p, 'pull-request-simple'))); },
  [`POST ${T}/pulls`]: ({ ctx, repo, who }) => {
    need(who, 'pull_requests');
    const b = ctx.json();
    const head = b.head.includes(':') ? b.head.split(':')[1] : b.head;
    const field = (f, code, message) => invalid('Validation Failed', [{ resource: 'PullRequest', field: f, code, ...(message ? { message } : {}) }]);
    const headSha = repo.git.ref(`refs/heads/${head}`);
    if (!headSha) throw field('head', 'invalid');
    const baseSha = repo.git.ref(`refs/heads/${b.base}`);
    if (!baseSha) throw field('base', 'invalid');
    if (repo.git.log(headSha, { exclude: baseSha }).length === 0) throw invalid('Validation Failed', [{ resource: 'PullRequest', code: 'custom', message: `No commits between ${b.base} and ${head}` }]);
    if ([...repo.pulls.values()].some((p) => p.head === head && p.base === b.base && repo.issues.get(p.number).state === 'open')) throw invalid('Validation Failed', [{ resource: 'PullRequest', code: 'custom', message: `A pull request already exists for ${repo.owner}:${head}.` }]);
    if (b.title === undefined && b.issue === undefined) throw field('title', 'missing_field');
    const issue = createIssue(repo, b, login(who), true);
    const pull = { id: id(), number: issue.number, head, base: b.base, base_sha: baseSha, head_sha: headSha, draft: b.draft ?? false };
    repo.pulls.set(issue.number, pull);
    const json = showPull(repo, pull);
    emit(repo, 'pull_request', { action: 'opened', number: pull.number, pull_request: json });
    return { status: 201, json };
  },
  [`GET ${T}/pulls/{pull_number}`]: ({ repo, params }) => ({ json: showPull(repo, pullOf(repo, params)) }),
  [`PATCH ${T}/pulls/{pull_number}`]: ({ ctx, repo, params, who }) => {
    need(who, 'pull_requests');
    const pull = pullOf(repo, params); const issue = repo.issues.get(pull.number); const b = ctx.json();
    if (b.title !== undefined) issue.title = b.title;
    if (b.body !== undefined) issue.body = b.body;
    if (b.state !== undefined) { issue.state = b.state; issue.closed_at = b.state === 'closed' ? now() : null; }
    if (b.base !== undefined) pull.base = b.base;
    issue.updated_at = now();
    const json = showPull(repo, pull);
    emit(repo, 'pull_request', { action: b.state === 'closed' ? 'closed' : 'edited', number: pull.number, pull_request: json });
    return { json };
  },
  [`PUT ${T}/pulls/{pull_number}/merge`]: ({ ctx, repo, params, who }) => {
    need(who, 'contents');
    const pull = pullOf(repo, params); const issue = repo.issues.get(pull.number);
    if (issue.state !== 'open') throw problem(405, 'Pull Request is not mergeable');
    const head = repo.git.ref(`refs/heads/${pull.head}`); const base = repo.git.ref(`refs/heads/${pull.base}`);
    const body = ctx.rawBody.length ? ctx.json() : {};
    if (body.sha && body.sha !== head) throw problem(409, 'Head branch was modified. Review and try the merge again.');
    const sha = repo.git.commitTree(repo.git.resolve(head, 'tree'), [base, head], body.commit_title ?? `Merge pull request #${pull.number} from ${repo.owner}/${pull.head}`);
    repo.git.setRef(`refs/heads/${pull.base}`, sha);
    Object.assign(pull, { merged_at: now(), merge_commit_sha: sha });
    Object.assign(issue, { state: 'closed', closed_at: now(), updated_at: now() });
    emit(repo, 'pull_request', { action: 'closed', number: pull.number, pull_request: showPull(repo, pull) });
    emit(repo, 'push', pushPayload(repo, pull.base, base, login(who)));
    return { json: { sha, merged: true, message: 'Pull Request successfully merged' } };
  },
  [`GET ${T}/pulls/{pull_number}/files`]: ({ ctx, repo, params }) => { const p = pullOf(repo, params); const head = repo.git.ref(`refs/heads/${p.head}`) ?? p.head_sha; return paginate(ctx, repo.git.diff(repo.git.mergeBase(p.base_sha, head) ?? p.base_sha, head).map((f) => showDiff(repo, head, f))); },
  [`GET ${T}/pulls/{pull_number}/reviews`]: ({ ctx, repo, params }) => { pullOf(repo, params); return paginate(ctx, []); },
  // --- issues
  [`GET ${T}/issues`]: ({ ctx, repo, who }) => {
    need(who, 'issues', 'read');
    const state = ctx.query.get('state') ?? 'open'; const labels = (ctx.query.get('labels') ?? '').split(',').filter(Boolean); const since = ctx.query.get('since');
    return paginate(ctx, [...repo.issues.values()].filter((i) => (state === 'all' || i.state === state) && labels.every((l) => i.labels.includes(l)) && (!since || i.updated_at >= since)).reverse().map((i) => showIssue(repo, i)));
  },
  [`POST ${T}/issues`]: ({ ctx, repo, who }) => { need(who, 'issues'); const issue = createIssue(repo, ctx.json(), login(who)); const json = showIssue(repo, issue); emit(repo, 'issues', { action: 'opened', issue: json }); return { status: 201, json, headers: { location: json.url } }; },
  [`GET ${T}/issues/{issue_number}`]: ({ repo, params, who }) => { need(who, 'issues', 'read'); return { json: showIssue(repo, issueOf(repo, params)) }; },
  [`PATCH ${T}/issues/{issue_number}`]: ({ ctx, repo, params, who }) => {
    need(who, 'issues');
    const issue = issueOf(repo, params); const b = ctx.json(); const was = issue.state;
    if (b.title !== undefined && b.title !== null) issue.title = String(b.title);
    if (b.body !== undefined) issue.body = b.body;
    if (b.labels) issue.labels = b.labels.map((l) => ensureLabel(repo, typeof l === 'string' ? l : l.name));
    if (b.state) { issue.state = b.state; issue.closed_at = b.state === 'closed' ? now() : null; issue.state_reason = b.state_reason ?? (b.state === 'closed' ? 'completed' : was === 'closed' ? 'reopened' : null); }
    issue.updated_at = now();
    const json = showIssue(repo, issue);
    emit(repo, 'issues', { action: was !== issue.state ? (issue.state === 'closed' ? 'closed' : 'reopened') : 'edited', issue: json });
    return { json };
  },
  [`GET ${T}/issues/{issue_number}/comments`]: ({ ctx, repo, params }) => { const i = issueOf(repo, params); return paginate(ctx, [...repo.comments.values()].filter((c) => c.issue === i.number).map((c) => showComment(repo, c))); },
  [`POST ${T}/issues/{issue_number}/comments`]: ({ ctx, repo, params, who }) => {
    need(who, 'issues');
    const i = issueOf(repo, params);
    const { body } = ctx.json();
    if (body.length > 65536) throw invalid('Validation Failed', [{ resource: 'IssueComment', code: 'unprocessable', field: 'data', message: 'Body is too long (maximum is 65536 characters)' }]);
    const c = { id: id(), issue: i.number, body, user: login(who), created_at: now(), updated_at: now() };
    repo.comments.set(c.id, c);
    const json = showComment(repo, c);
    emit(repo, 'issue_comment', { action: 'created', issue: showIssue(repo, i), comment: json });
    return { status: 201, json };
  },
  [`GET ${T}/issues/comments/{comment_id}`]: ({ repo, params }) => ({ json: showComment(repo, commentOf(repo, params)) }),
  [`PATCH ${T}/issues/comments/{comment_id}`]: ({ ctx, repo, params, who }) => { need(who, 'issues'); const c = commentOf(repo, params); c.body = ctx.json().body; c.updated_at = now(); return { json: showComment(repo, c) }; },
  [`DELETE ${T}/issues/comments/{comment_id}`]: ({ repo, params, who }) => { need(who, 'issues'); commentOf(repo, params); repo.comments.delete(Number(params.comment_id)); return { status: 204 }; },
  [`POST ${T}/issues/{issue_number}/labels`]: ({ ctx, repo, params, who }) => { need(who, 'issues'); const i = issueOf(repo, params); const b = ctx.json(); for (const l of Array.isArray(b) ? b : b.labels ?? [b]) { const n = ensureLabel(repo, typeof l === 'string' ? l : l.name); if (!i.labels.includes(n)) i.labels.push(n); } return { json: i.labels.map((n) => showLabel(repo, repo.labels.get(n))) }; },
  [`GET ${T}/labels`]: ({ ctx, repo }) => paginate(ctx, [...repo.labels.values()].map((l) => showLabel(repo, l))),
  [`GET ${T}/labels/{name}`]: ({ repo, params }) => { const l = repo.labels.get(params.name); if (!l) throw notFound(); return { json: showLabel(repo, l) }; },
  [`POST ${T}/labels`]: ({ ctx, repo, who }) => { need(who, 'issues'); const b = ctx.json(); if ([...repo.labels.keys()].some((n) => n.toLowerCase() === b.name.toLowerCase())) throw invalid('Validation Failed', [{ resource: 'Label', code: 'already_exists', field: 'name' }]); if (b.color !== undefined && !/^[0-9a-fA-F]{6}$/.test(b.color)) throw invalid('Validation Failed', [{ resource: 'Label', code: 'invalid', field: 'color' }]); const l = { id: id(), name: b.name, color: b.color ?? 'ededed', description: b.description ?? null }; repo.labels.set(l.name, l); return { status: 201, json: showLabel(repo, l) }; },
  [`GET ${T}/collaborators/{username}/permission`]: ({ repo, params }) => { const permission = collaborator(repo, params.username); return { json: { permission: permission === 'maintain' ? 'write' : permission === 'triage' ? 'read' : permission, role_name: permission, user: contract.fill({ $ref: '#/components/schemas/nullable-collaborator' }, account(params.username, 'User')) } }; },
  // --- checks and statuses
  [`POST ${T}/check-runs`]: ({ ctx, repo, who }) => { need(who, 'checks'); const b = ctx.json(); const c = { id: id(), status: b.conclusion ? 'completed' : 'queued', started_at: now(), ...b, ...(b.conclusion ? { status: 'completed', completed_at: b.completed_at ?? now() } : {}) }; repo.checks.set(c.id, c); return { status: 201, json: showCheck(repo, c) }; },
  [`PATCH ${T}/check-runs/{check_run_id}`]: ({ ctx, repo, params, who }) => { need(who, 'checks'); const c = repo.checks.get(Number(params.check_run_id)); if (!c) throw notFound(); Object.assign(c, ctx.json()); if (c.conclusion) { c.status = 'completed'; c.completed_at ??= now(); } return { json: showCheck(repo, c) }; },
  [`GET ${T}/check-runs/{check_run_id}`]: ({ repo, params }) => { const c = repo.checks.get(Number(params.check_run_id)); if (!c) throw notFound(); return { json: showCheck(repo, c) }; },
  [`GET ${T}/commits/{ref}/check-runs`]: ({ ctx, repo, params }) => { const sha = repo.git.commitish(params.ref); const list = [...repo.checks.values()].filter((c) => c.head_sha === sha); return paginate(ctx, list, (page) => ({ total_count: list.length, check_runs: page.map((c) => showCheck(repo, c)) })); },
  [`POST ${T}/statuses/{sha}`]: ({ ctx, repo, params, who }) => { need(who, 'statuses'); if (repo.git.type(params.sha) !== 'commit') throw invalid(`No commit found for SHA: ${params.sha}`); const b = ctx.json(); const s = { id: id(), node_id: 'SC_1', url: `${api(repo)}/statuses/${params.sha}`, avatar_url: null, state: b.state, description: b.description ?? null, target_url: b.target_url ?? null, context: b.context ?? 'default', created_at: now(), updated_at: now(), creator: account(login(who)) }; repo.statuses.push(s); return { status: 201, json: s }; },
};

function mustBeApp(who) { if (who.kind !== 'app') throw problem(401, 'A JSON web token could not be decoded'); }
function mustBeUser(who) { if (who.kind !== 'user') throw problem(who.kind === 'none' ? 401 : 403, who.kind === 'none' ? 'Requires authentication' : 'Resource not accessible by integration'); }
function pullOf(repo, params) { const p = repo.pulls.get(Number(params.pull_number)); if (!p) throw notFound(); return p; }
function issueOf(repo, params) { const i = repo.issues.get(Number(params.issue_number)); if (!i) throw notFound(); return i; }
function commentOf(repo, params) { const c = repo.comments.get(Number(params.comment_id)); if (!c) throw notFound(); return c; }

// ---------------------------------------------------------------- rate limit
const started = Math.floor(Date.now() / 1000);
function rate() {
  const r = S.rate_limit;
  return { limit: r.limit, used: r.used, remaining: Math.max(r.limit - r.used, 0), reset: r.reset ?? started + r.reset_s };
}
function rateHeaders() {
  const r = rate();
  return { 'x-ratelimit-limit': String(r.limit), 'x-ratelimit-remaining': String(r.remaining), 'x-ratelimit-used': String(r.used), 'x-ratelimit-reset': String(r.reset), 'x-ratelimit-resource': 'core' };
}

// ---------------------------------------------------------------- OAuth for people (not in the OpenAPI document)
function oauthAuthorize(ctx) {
  const q = ctx.query;
  if (q.get('client_id') !== S.oauth.client_id) return { status: 404, text: 'Not Found' };
  const to = new URL(q.get('redirect_uri') ?? S.oauth.redirect_uris?.[0] ?? 'http://127.0.0.1/auth/github/callback');
  const state = q.get('state');
  const redirect = (params) => { for (const [k, v] of Object.entries(params)) to.searchParams.set(k, v); if (state) to.searchParams.set('state', state); return { status: 302, headers: { location: to.href } }; };
  if (S.oauth.redirect_uris && !S.oauth.redirect_uris.some((u) => to.href.startsWith(u))) return redirect({ error: 'redirect_uri_mismatch', error_description: 'The redirect_uri MUST match the registered callback URL for this application.' });
  if (S.oauth.deny) return redirect({ error: 'access_denied', error_description: 'The user has denied your application access.' });
  const code = crypto.randomBytes(10).toString('hex');
  S.oauthCodes.set(code, { login: q.get('login') ?? S.oauth.user, redirect_uri: q.get('redirect_uri'), scope: q.get('scope') ?? '', expires: Date.now() + 600000, challenge: q.get('code_challenge'), method: q.get('code_challenge_method') });
  return redirect({ code });
}

function oauthToken(ctx) {
  const body = ctx.contentType === 'application/json' ? new URLSearchParams(Object.entries(ctx.json())) : ctx.rawBody.length ? ctx.form() : ctx.query;
  const asJson = /json/.test(ctx.header('accept') ?? '');
  // Failures come back with status 200; only the body tells.
  const reply = (obj) => (asJson ? { json: obj } : { text: new URLSearchParams(Object.entries(obj).map(([k, v]) => [k, String(v)])).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' } });
  const no = (error, error_description) => reply({ error, error_description, error_uri: 'https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/' });
  const basic = /^Basic (.+)$/i.exec(ctx.header('authorization') ?? '')?.[1];
  const [bid, bsecret] = basic ? Buffer.from(basic, 'base64').toString().split(':') : [];
  if ((body.get('client_id') ?? bid) !== S.oauth.client_id || (body.get('client_secret') ?? bsecret) !== S.oauth.client_secret) return no('incorrect_client_credentials', 'The client_id and/or client_secret passed are incorrect.');
  let user; let scope = '';
  if (body.get('grant_type') === 'refresh_token') {
    const r = S.refreshTokens.get(body.get('refresh_token'));
    if (!r || r.expires < Date.now()) return no('bad_refresh_token', 'The refresh token passed is incorrect or expired.');
    S.refreshTokens.delete(body.get('refresh_token'));
    user = r.login;
  } else {
    const c = S.oauthCodes.get(body.get('code'));
    if (!c || c.expires < Date.now()) return no('bad_verification_code', 'The code passed is incorrect or expired.');
    if (body.get('redirect_uri') && c.redirect_uri && body.get('redirect_uri') !== c.redirect_uri) return no('redirect_uri_mismatch', 'The redirect_uri MUST match the registered callback URL for this application.');
    if (c.challenge) {
      const digest = crypto.createHash('sha256').update(body.get('code_verifier') ?? '').digest('base64url');
      if (digest !== c.challenge) return no('bad_verification_code', 'The code passed is incorrect or expired.');
    }
    S.oauthCodes.delete(body.get('code'));
    user = c.login; scope = c.scope;
  }
  const token = `${S.oauth.expiring ? 'ghu' : 'gho'}_${crypto.randomBytes(18).toString('hex')}`;
  S.tokens.set(token, { kind: 'user', login: user, expires: S.oauth.expiring ? Date.now() + 28800000 : Infinity, scopes: scope.split(/[ ,]+/) });
  const out = { access_token: token, token_type: 'bearer', scope: scope.split(/[ ,]+/).filter(Boolean).join(',') };
  if (S.oauth.expiring) {
    const refresh = `ghr_${crypto.randomBytes(30).toString('hex')}`;
    S.refreshTokens.set(refresh, { login: user, expires: Date.now() + 15811200000 });
    Object.assign(out, { expires_in: 28800, refresh_token: refresh, refresh_token_expires_in: 15811200 });
  }
  return reply(out);
}

// ---------------------------------------------------------------- webhooks
function pushPayload(repo, branch, before, by = 'octo-alice') {
  const after = repo.git.ref(`refs/heads/${branch}`);
  const commits = repo.git.log(after, { exclude: before }).reverse().map((sha) => {
    const c = repo.git.commit(sha);
    const files = repo.git.diff(c.parents[0] ?? '4b825dc642cb6eb9a060e54bf8d69288fbee4904', sha);
    return { id: sha, tree_id: c.tree, distinct: true, message: c.message, timestamp: c.committer.date, url: `${html(repo)}/commit/${sha}`, author: { name: c.author.name, email: c.author.email }, committer: { name: c.committer.name, email: c.committer.email }, added: files.filter((f) => f.status === 'added').map((f) => f.filename), removed: files.filter((f) => f.status === 'removed').map((f) => f.filename), modified: files.filter((f) => ['modified', 'renamed'].includes(f.status)).map((f) => f.filename) };
  });
  return { ref: `refs/heads/${branch}`, before, after, created: false, deleted: false, forced: false, base_ref: null, compare: `${html(repo)}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`, commits, head_commit: commits.at(-1) ?? null, pusher: { name: by, email: `${by}@example.com` } };
}

function merge(a, b) {
  if (b === null || typeof b !== 'object' || Array.isArray(b) || a === null || typeof a !== 'object' || Array.isArray(a)) return b;
  const out = { ...a };
  for (const [k, v] of Object.entries(b)) out[k] = k in a ? merge(a[k], v) : v;
  return out;
}

function examplePayload(event, action) {
  const found = examples.find((e) => e.name === event);
  if (!found) throw new Error(`no example for event ${event}`);
  const one = found.examples.find((x) => !action || x.action === action);
  if (!one) throw new Error(`no ${event} example with action ${action}`);
  return structuredClone(one);
}

async function sendWebhook({ target, secret, event, payload, action, overrides, delivery, content_type = 'json', signature = 'good', repo: repoName, headers = {} }) {
  let body = payload ?? examplePayload(event, action);
  if (repoName) {
    const repo = S.repos.get(repoName.toLowerCase());
    if (!repo) throw new Error(`no repository ${repoName}`);
    body = merge(body, { repository: { ...showRepo(repo, 'full-repository') }, sender: account('octo-alice'), installation: { id: repo.installation_id, node_id: 'x' } });
  }
  if (overrides) body = merge(body, overrides);
  const json = JSON.stringify(body);
  const raw = content_type === 'form' ? `payload=${encodeURIComponent(json)}` : json;
  const key = secret ?? S.webhook?.secret;
  const head = {
    'user-agent': 'GitHub-Hookshot/0000000', 'x-github-event': event, 'x-github-delivery': delivery ?? crypto.randomUUID(), 'x-github-hook-id': '1', 'x-github-hook-installation-target-type': 'integration', 'x-github-hook-installation-target-id': args['app-id'],
    'content-type': content_type === 'form' ? 'application/x-www-form-urlencoded' : 'application/json', ...headers,
  };
  if (key && signature !== 'none') {
    head['x-hub-signature-256'] = await sign(signature === 'wrong_secret' ? `${key}x` : key, raw);
    head['x-hub-signature'] = `sha1=${crypto.createHmac('sha1', signature === 'wrong_secret' ? `${key}x` : key).update(raw).digest('hex')}`;
  }
  const sentRaw = signature === 'tampered' ? raw.replace(/.$/, ' }') : raw;
  const result = await deliver(target ?? S.webhook?.target, sentRaw, head);
  S.deliveries.push({ event, action: body.action, delivery: head['x-github-delivery'], status: result.status });
  return result;
}

function emit(repo, event, payload) {
  if (!S.webhook?.target) return;
  const body = { ...payload, repository: showRepo(repo, 'full-repository'), sender: account(payload.pusher?.name ?? 'octo-alice'), installation: { id: repo.installation_id, node_id: 'x' } };
  if (event === 'push') { const stamp = (s) => Math.floor(Date.parse(s) / 1000); Object.assign(body.repository, { created_at: stamp(repo.created_at), pushed_at: stamp(repo.pushed_at), master_branch: repo.default_branch }); }
  setImmediate(() => sendWebhook({ event, payload: body }).catch((err) => process.stderr.write(`github: webhook: ${err.message}\n`)));
}

// ---------------------------------------------------------------- one request
async function handle(ctx) {
  if (ctx.path === '/login/oauth/authorize' && ctx.method === 'GET') return oauthAuthorize(ctx);
  if (ctx.path === '/login/oauth/access_token' && ctx.method === 'POST') return oauthToken(ctx);
  if (!ctx.header('user-agent')) return { status: 403, text: '\r\nRequest forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required). Check https://developer.github.com for other possible causes.\r\n', headers: { 'content-type': 'text/html' } };

  const common = () => ({ 'x-github-media-type': 'github.v3; format=json', 'x-github-request-id': crypto.randomBytes(8).toString('hex').toUpperCase(), ...rateHeaders() });
  let answer;
  const route = contract.match(ctx.method, ctx.path.length > 1 ? ctx.path.replace(/\/+$/, '') || '/' : ctx.path) ?? contract.match(ctx.method, ctx.path);
  try {
    const who = authenticate(ctx);
    if (who.kind !== 'app') {
      const r = rate();
      if (r.remaining <= 0 && Date.now() / 1000 < r.reset && ctx.path !== '/rate_limit') throw problem(403, `API rate limit exceeded for ${who.kind === 'installation' ? `installation ID ${who.installation_id}` : 'user'}.`);
      if (ctx.path !== '/rate_limit') S.rate_limit.used += 1;
    }
    const fn = route && ROUTES[`${ctx.method} ${route.template}`];
    if (!fn) {
      ctx.violation('request', [{ where: 'path', message: route ? 'this peer does not implement the endpoint' : 'no such endpoint in the contract kept here' }]);
      throw notFound();
    }
    let body;
    if (ctx.rawBody.length) {
      try { body = ctx.json(); } catch { throw problem(400, 'Problems parsing JSON'); }
    }
    // GitHub reads a JSON body whatever its content type says, so that is noted but not refused.
    if (ctx.rawBody.length && ctx.contentType !== 'application/json') ctx.violation('request', [{ where: 'header.content-type', message: `is ${ctx.contentType || 'absent'}, should be application/json` }]);
    const errors = contract.validateRequest(route, { query: ctx.query, headers: ctx.headers, body, contentType: 'application/json', hasBody: ctx.rawBody.length > 0 });
    if (errors.length) {
      ctx.violation('request', errors);
      throw invalid(`Invalid request.\n\n${errors.map((e) => `${e.where} ${e.message}`).join('\n')}`, errors.map((e) => ({ resource: route.op.operationId, field: e.where, code: e.unknown ? 'unknown' : 'invalid', message: e.message })));
    }
    let repo;
    if (route.template.startsWith(T) && route.template !== `${T}/installation`) repo = repoFor(who, route.params.owner, route.params.repo);
    if (repo?.archived && !['GET', 'HEAD'].includes(ctx.method)) throw problem(403, 'Repository was archived so is read-only.');
    answer = fn({ ctx, who, repo, params: route.params });
  } catch (err) {
    if (!(err instanceof HttpError)) throw err;
    answer = { status: err.status, json: err.json, headers: err.headers };
  }
  answer.headers = { ...common(), ...answer.headers };
  if (answer.json !== undefined) {
    answer.headers['content-type'] = 'application/json; charset=utf-8';
    if (route && (answer.status ?? 200) < 400) {
      const bad = contract.validateResponse(route, answer.status ?? 200, 'application/json', answer.json);
      if (bad.length) ctx.violation('response', bad);
    }
    if (ctx.method === 'GET' && (answer.status ?? 200) === 200) {
      const etag = `W/"${crypto.createHash('sha256').update(JSON.stringify(answer.json)).digest('hex')}"`;
      answer.headers.etag = etag;
      if (ctx.header('if-none-match') === etag) { S.rate_limit.used -= 1; return { status: 304, headers: answer.headers }; }
    }
  }
  return answer;
}

const peer = await startPeer({
  name: 'github', args, handle, seed,
  reset: () => { S = fresh(); },
  contract: `OpenAPI ${contract.doc.info.title} ${contract.doc.info.version}`,
  state: () => ({
    app_id: args['app-id'], app_private_key: appPrivatePem, oauth: S.oauth, installations: [...S.installations.values()], rate_limit: rate(), deliveries: S.deliveries, tokens: S.tokens.size,
    repos: [...S.repos.values()].map((r) => ({ full_name: r.full_name, id: r.id, installation_id: r.installation_id, default_branch: r.default_branch, dir: r.git.dir, refs: r.git.refs(), issues: [...r.issues.values()], pulls: [...r.pulls.values()], comments: [...r.comments.values()] })),
  }),
  control: {
    'POST /webhook': async (ctx, body) => ({ json: await sendWebhook(body) }),
    'GET /app-key.pem': async () => ({ text: appPrivatePem ?? '' }),
    'POST /expire-tokens': async () => { for (const t of S.tokens.values()) t.expires = 0; return { json: { ok: true } }; },
    'GET /examples': async () => ({ json: examples.map((e) => ({ event: e.name, actions: [...new Set(e.examples.map((x) => x.action))] })) }),
  },
  errorBody: (status, message) => ({ json: { message, documentation_url: DOC, status: String(status) } }),
});
peer.ready();
