// A stateful Asana: requests and answers are checked against Asana's OpenAPI document (asana.json);
// webhooks shake hands with X-Hook-Secret and sign with X-Hook-Signature.
import crypto from 'node:crypto';
import { readArgs, startPeer, deliver, HttpError } from './lib/peer.mjs';
import { Contract } from './lib/openapi.mjs';
import { readContract } from './lib/contracts.mjs';

const args = readArgs({ token: { type: 'string', default: '2/1200000000000001/canonpeertoken' } }, 'asana.mjs: stateful Asana API and webhooks');
const BASE = '/api/1.0';
const contract = new Contract(JSON.parse(readContract('asana.json')), { basePath: BASE, refuseUnknown: !args.lenient });

// ---------------------------------------------------------------- state
let S;
const now = () => new Date().toISOString();
const gid = () => String(S.nextGid++);
const isGid = (v) => /^\d{1,30}$/.test(String(v));

function fresh() {
  S = { nextGid: 1200000000000100, tokens: [args.token], tasks: new Map(), stories: [], webhooks: new Map(), deliveries: [], projects: new Map(), sections: new Map(), users: new Map(), tags: new Map() };
  S.workspace = { gid: '1200000000000010', resource_type: 'workspace', name: 'Acme' };
  S.me = { gid: '1200000000000001', resource_type: 'user', name: 'Canon Bot', email: 'canon@example.com' };
  S.users.set(S.me.gid, S.me);
  addProject({ gid: '1200000000000020', name: 'Canon', sections: ['To do', 'In progress', 'Done'] });
}

function addProject({ gid: id, name, sections = ['Untitled section'] }) {
  const p = { gid: id ?? gid(), resource_type: 'project', name };
  S.projects.set(p.gid, p);
  for (const s of sections) { const one = { gid: gid(), resource_type: 'section', name: s, project: p }; S.sections.set(one.gid, one); }
  return p;
}

function seed(body) {
  const known = ['projects', 'tasks', 'tokens', 'users', 'tags'];
  for (const k of Object.keys(body)) if (!known.includes(k)) throw new Error(`unknown seed field ${k}; known: ${known.join(', ')}`);
  if (body.tokens) S.tokens = body.tokens;
  for (const p of body.projects ?? []) addProject(p);
  for (const u of body.users ?? []) { const one = { gid: u.gid ?? gid(), resource_type: 'user', ...u }; S.users.set(one.gid, one); }
  for (const t of body.tags ?? []) { const one = { gid: t.gid ?? gid(), resource_type: 'tag', ...t }; S.tags.set(one.gid, one); }
  const made = [];
  for (const t of body.tasks ?? []) made.push(createTask({ projects: [[...S.projects.keys()][0]], ...t }, false).gid);
  return { ok: true, projects: [...S.projects.values()], tasks: made };
}

// ---------------------------------------------------------------- errors
const HELP = 'For more information on API status codes and how to handle them, read the docs on errors: https://developers.asana.com/docs/errors';
const problem = (status, message, extra = {}) => new HttpError(status, { errors: [{ message, help: HELP, ...extra }] });
const unknown = (what, id) => problem(404, `${what}: Unknown object: ${id}`);
const notAGid = (what, id) => problem(400, `${what}: Not a recognized ID: ${id}`);
function find(table, id, what) { if (!isGid(id)) throw notAGid(what, id); const hit = S[table].get(String(id)); if (!hit) throw unknown(what, id); return hit; }

// ---------------------------------------------------------------- what things look like
const compact = ({ gid: id, resource_type, name }) => ({ gid: id, resource_type, name });
const compactTask = (t) => ({ gid: t.gid, resource_type: 'task', name: t.name, resource_subtype: 'default_task' });

function fullTask(t) {
  return {
    ...compactTask(t), assignee: t.assignee ? compact(t.assignee) : null, assignee_status: 'upcoming', completed: t.completed, completed_at: t.completed_at, completed_by: t.completed ? compact(S.me) : null, created_at: t.created_at, modified_at: t.modified_at,
    custom_fields: [], due_at: null, due_on: t.due_on, start_at: null, start_on: null, followers: [compact(S.me)], hearted: false, hearts: [], liked: false, likes: [], num_hearts: 0, num_likes: 0, actual_time_minutes: null,
    memberships: t.memberships.map((m) => ({ project: compact(m.project), section: compact(m.section) })), projects: t.memberships.map((m) => compact(m.project)), parent: t.parent ? compactTask(t.parent) : null,
    notes: t.notes, html_notes: t.html_notes ?? `<body>${escape(t.notes)}</body>`, num_subtasks: [...S.tasks.values()].filter((x) => x.parent === t).length, permalink_url: `https://app.asana.com/0/${t.memberships[0]?.project.gid ?? 0}/${t.gid}`,
    tags: t.tags.map(compact), workspace: compact(S.workspace), external: t.external ?? undefined, dependencies: [], dependents: [],
  };
}
const escape = (s) => s.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' }[c]));

/** Keeps what opt_fields asks for; the gid always comes. */
function shaped(ctx, full, small) {
  const wanted = ctx.query.getAll('opt_fields').flatMap((v) => v.split(',')).map((v) => v.trim()).filter(Boolean);
  if (!wanted.length) return small ?? full;
  const pickPath = (src, path) => {
    if (src === null || src === undefined) return src ?? null;
    if (Array.isArray(src)) return src.map((x) => pickPath(x, path));
    if (!path.length) return typeof src === 'object' && src.gid ? { gid: src.gid, ...(src.resource_type ? { resource_type: src.resource_type } : {}), ...(src.name !== undefined && !path.keep ? { name: src.name } : {}) } : src;
    const out = src.gid ? { gid: src.gid, ...(src.resource_type ? { resource_type: src.resource_type } : {}) } : {};
    if (src[path[0]] !== undefined) out[path[0]] = pickPath(src[path[0]], path.slice(1));
    return out;
  };
  const join = (a, b) => { if (Array.isArray(a) && Array.isArray(b)) return a.map((x, i) => join(x, b[i])); if (a && b && typeof a === 'object' && typeof b === 'object') { const o = { ...a }; for (const [k, v] of Object.entries(b)) o[k] = k in o ? join(o[k], v) : v; return o; } return b; };
  let out = { gid: full.gid };
  for (const f of wanted) { const p = f.replace(/^this\./, '').split('.'); if (full[p[0]] === undefined) continue; out = join(out, { [p[0]]: pickPath(full[p[0]], p.slice(1)) }); }
  return out;
}

function page(ctx, list, render) {
  const limit = ctx.query.has('limit') ? Number(ctx.query.get('limit')) : undefined;
  if (limit !== undefined && (limit < 1 || limit > 100)) throw problem(400, 'limit: Must be between 1 and 100');
  const offset = ctx.query.get('offset');
  let start = 0;
  if (offset) { const m = /^eyJ(\d+)$/.exec(offset); if (!m) throw problem(400, 'offset: Your pagination token is invalid.'); start = Number(m[1]); }
  const end = limit ? start + limit : list.length;
  const more = end < list.length;
  const url = new URL(ctx.path + ctx.url.search, peer.url);
  if (more) url.searchParams.set('offset', `eyJ${end}`);
  return { json: { data: list.slice(start, end).map(render), ...(limit ? { next_page: more ? { offset: `eyJ${end}`, path: `${url.pathname.slice(BASE.length)}${url.search}`, uri: url.href } : null } : {}) } };
}

// ---------------------------------------------------------------- doing things
function place(task, project, section) {
  const first = [...S.sections.values()].find((s) => s.project === project);
  const at = task.memberships.find((m) => m.project === project);
  if (at) at.section = section ?? at.section; else task.memberships.push({ project, section: section ?? first });
}

function person(v) {
  if (v === null || v === '' || v === 'null') return null;
  if (v === 'me') return S.me;
  const hit = S.users.get(String(v)) ?? [...S.users.values()].find((u) => u.email === v);
  if (!hit) throw problem(400, `assignee: Not a recognized user: ${v}`);
  return hit;
}

function setFields(task, d) {
  const changed = [];
  for (const f of ['name', 'notes', 'html_notes', 'due_on', 'external']) if (d[f] !== undefined && d[f] !== task[f]) { task[f] = d[f]; changed.push(f === 'html_notes' ? 'notes' : f); }
  if (d.html_notes !== undefined) {
    if (!/^<body>[\s\S]*<\/body>$/.test(d.html_notes)) throw problem(400, 'html_notes: XML is invalid');
    task.notes = d.html_notes.replace(/<[^>]+>/g, '').replace(/&amp;/g, '&').replace(/&lt;/g, '<').replace(/&gt;/g, '>');
  } else if (d.notes !== undefined) task.html_notes = null;
  if (d.assignee !== undefined) { const a = person(d.assignee); if (a !== task.assignee) { task.assignee = a; changed.push('assignee'); } }
  if (d.completed !== undefined && d.completed !== task.completed) { task.completed = d.completed; task.completed_at = d.completed ? now() : null; changed.push('completed'); }
  if (changed.length) task.modified_at = now();
  return changed;
}

function createTask(d, announce = true) {
  const projects = (d.projects ?? []).map((p) => find('projects', p, 'projects'));
  const parent = d.parent ? find('tasks', d.parent, 'parent') : null;
  if (!projects.length && !d.workspace && !parent) throw problem(400, 'You should specify one of workspace, parent, projects');
  if (d.workspace && d.workspace !== S.workspace.gid) throw unknown('workspace', d.workspace);
  const task = { gid: gid(), name: '', notes: '', html_notes: null, completed: false, completed_at: null, assignee: null, due_on: null, created_at: now(), modified_at: now(), memberships: [], parent, tags: (d.tags ?? []).map((t) => find('tags', t, 'tags')) };
  setFields(task, d);
  for (const p of projects) place(task, p);
  S.tasks.set(task.gid, task);
  if (announce) emit(task, { action: 'added', parent: task.memberships[0] ? compact(task.memberships[0].project) : null });
  return task;
}

const data = (ctx) => {
  const body = ctx.json();
  if (!body || typeof body.data !== 'object' || body.data === null || Array.isArray(body.data)) throw problem(400, 'Could not parse request data, invalid JSON: the body should be an object with a "data" member');
  return body.data;
};
const withTask = (fn) => (a) => fn({ ...a, task: find('tasks', a.params.task_gid, 'task') });
const ROUTES = {
  'POST /tasks': ({ ctx }) => ({ status: 201, json: { data: shaped(ctx, fullTask(createTask(data(ctx)))) } }),
  'GET /tasks': ({ ctx }) => {
    const q = ctx.query;
    if (!q.has('project') && !q.has('section') && !q.has('tag') && !(q.has('assignee') && q.has('workspace'))) throw problem(400, 'You should specify one of project, tag, section, user_task_list or assignee + workspace');
    let all = [...S.tasks.values()];
    if (q.has('project')) { const p = find('projects', q.get('project'), 'project'); all = all.filter((t) => t.memberships.some((m) => m.project === p)); }
    if (q.has('section')) { const s = find('sections', q.get('section'), 'section'); all = all.filter((t) => t.memberships.some((m) => m.section === s)); }
    if (q.has('assignee')) { const u = person(q.get('assignee')); all = all.filter((t) => t.assignee === u); }
    if (q.get('completed_since') === 'now') all = all.filter((t) => !t.completed);
    if (q.has('modified_since')) all = all.filter((t) => t.modified_at >= q.get('modified_since'));
    return page(ctx, all, (t) => shaped(ctx, fullTask(t), compactTask(t)));
  },
  'GET /tasks/{task_gid}': withTask(({ ctx, task }) => ({ json: { data: shaped(ctx, fullTask(task)) } })),
  'PUT /tasks/{task_gid}': withTask(({ ctx, task }) => { const changed = setFields(task, data(ctx)); for (const f of changed) emit(task, { action: 'changed', change: { field: f, action: 'changed' } }); return { json: { data: shaped(ctx, fullTask(task)) } }; }),
  'DELETE /tasks/{task_gid}': withTask(({ task }) => { S.tasks.delete(task.gid); emit(task, { action: 'deleted' }); return { json: { data: {} } }; }),
  'GET /tasks/{task_gid}/subtasks': withTask(({ ctx, task }) => page(ctx, [...S.tasks.values()].filter((t) => t.parent === task), (t) => shaped(ctx, fullTask(t), compactTask(t)))),
  'POST /tasks/{task_gid}/subtasks': withTask(({ ctx, task }) => ({ status: 201, json: { data: shaped(ctx, fullTask(createTask({ ...data(ctx), parent: task.gid }))) } })),
  'POST /tasks/{task_gid}/setParent': withTask(({ ctx, task }) => { const d = data(ctx); task.parent = d.parent ? find('tasks', d.parent, 'parent') : null; return { json: { data: shaped(ctx, fullTask(task)) } }; }),
  'POST /tasks/{task_gid}/addProject': withTask(({ ctx, task }) => { const d = data(ctx); place(task, find('projects', d.project, 'project'), d.section ? find('sections', d.section, 'section') : undefined); return { json: { data: {} } }; }),
  'POST /tasks/{task_gid}/addTag': withTask(({ ctx, task }) => { const tag = find('tags', data(ctx).tag, 'tag'); if (!task.tags.includes(tag)) task.tags.push(tag); return { json: { data: {} } }; }),
  'GET /tasks/{task_gid}/stories': withTask(({ ctx, task }) => page(ctx, S.stories.filter((s) => s.task === task), (s) => ({ gid: s.gid, resource_type: 'story', created_at: s.created_at, created_by: compact(S.me), resource_subtype: 'comment_added', text: s.text, type: 'comment' }))),
  'POST /tasks/{task_gid}/stories': withTask(({ ctx, task }) => { const d = data(ctx); if (!d.text && !d.html_text) throw problem(400, 'text: Missing input'); const s = { gid: gid(), task, text: d.text ?? d.html_text, created_at: now() }; S.stories.push(s); return { status: 201, json: { data: { gid: s.gid, resource_type: 'story', created_at: s.created_at, created_by: compact(S.me), resource_subtype: 'comment_added', text: s.text, type: 'comment', is_pinned: false, is_edited: false, target: compactTask(task) } } }; }),
  'POST /attachments': ({ ctx }) => {
    const boundary = /boundary="?([^";]+)"?/.exec(ctx.header('content-type'))?.[1];
    const parts = Object.fromEntries(ctx.text().split(`--${boundary}`).map((p) => [/name="([^"]+)"/.exec(p)?.[1], p.slice(p.indexOf('\r\n\r\n') + 4).replace(/\r\n$/, '')]).filter(([n]) => n));
    const task = find('tasks', parts.parent, 'parent');
    if (parts.resource_subtype === 'external' && (!parts.url || !parts.name)) throw problem(400, 'url: Missing input');
    const a = { gid: gid(), resource_type: 'attachment', name: parts.name ?? 'file', resource_subtype: parts.resource_subtype ?? 'asana', view_url: parts.url ?? null, permanent_url: parts.url ?? `${peer.url}/attachment`, parent: compactTask(task), created_at: now(), host: parts.resource_subtype === 'external' ? 'external' : 'asana', download_url: null };
    (task.attachments ??= []).push(a);
    return { json: { data: a } };
  },
  'GET /projects/{project_gid}': ({ params }) => { const p = find('projects', params.project_gid, 'project'); return { json: { data: { ...compact(p), archived: false, notes: '', workspace: compact(S.workspace), created_at: now(), permalink_url: `https://app.asana.com/0/${p.gid}` } } }; },
  'GET /projects/{project_gid}/tasks': ({ ctx, params }) => { const p = find('projects', params.project_gid, 'project'); return page(ctx, [...S.tasks.values()].filter((t) => t.memberships.some((m) => m.project === p)), (t) => shaped(ctx, fullTask(t), compactTask(t))); },
  'GET /projects/{project_gid}/sections': ({ ctx, params }) => { const p = find('projects', params.project_gid, 'project'); return page(ctx, [...S.sections.values()].filter((s) => s.project === p), compact); },
  'GET /workspaces/{workspace_gid}/projects': ({ ctx }) => page(ctx, [...S.projects.values()], compact),
  'GET /projects': ({ ctx }) => page(ctx, [...S.projects.values()], compact),
  'GET /sections/{section_gid}': ({ params }) => { const s = find('sections', params.section_gid, 'section'); return { json: { data: { ...compact(s), created_at: now(), project: compact(s.project) } } }; },
  'POST /sections/{section_gid}/addTask': ({ ctx, params }) => { const s = find('sections', params.section_gid, 'section'); place(find('tasks', data(ctx).task, 'task'), s.project, s); return { json: { data: {} } }; },
  'GET /sections/{section_gid}/tasks': ({ ctx, params }) => { const s = find('sections', params.section_gid, 'section'); return page(ctx, [...S.tasks.values()].filter((t) => t.memberships.some((m) => m.section === s)), (t) => shaped(ctx, fullTask(t), compactTask(t))); },
  'GET /users/{user_gid}': ({ params }) => { const u = params.user_gid === 'me' ? S.me : find('users', params.user_gid, 'user'); return { json: { data: { ...compact(u), email: u.email, photo: null, workspaces: [compact(S.workspace)] } } }; },
  'GET /workspaces': ({ ctx }) => page(ctx, [S.workspace], compact),
  'GET /workspaces/{workspace_gid}/typeahead': ({ ctx, params }) => { if (params.workspace_gid !== S.workspace.gid) throw unknown('workspace', params.workspace_gid); const q = (ctx.query.get('query') ?? '').toLowerCase(); const kind = ctx.query.get('resource_type'); const source = kind === 'task' ? [...S.tasks.values()].map(compactTask) : kind === 'project' ? [...S.projects.values()].map(compact) : [...S.users.values()].map(compact); return { json: { data: source.filter((x) => x.name.toLowerCase().includes(q)).slice(0, Number(ctx.query.get('count') ?? 20)) } }; },
  'GET /workspaces/{workspace_gid}/tasks/search': ({ ctx }) => { const q = (ctx.query.get('text') ?? '').toLowerCase(); return { json: { data: [...S.tasks.values()].filter((t) => `${t.name} ${t.notes}`.toLowerCase().includes(q)).slice(0, 100).map((t) => shaped(ctx, fullTask(t), compactTask(t))) } }; },
  'POST /webhooks': async ({ ctx }) => createWebhook(data(ctx)),
  'GET /webhooks': ({ ctx }) => page(ctx, [...S.webhooks.values()].filter((w) => !ctx.query.get('resource') || w.resource.gid === ctx.query.get('resource')), showWebhook),
  'GET /webhooks/{webhook_gid}': ({ params }) => ({ json: { data: showWebhook(find('webhooks', params.webhook_gid, 'webhook')) } }),
  'DELETE /webhooks/{webhook_gid}': ({ params }) => { find('webhooks', params.webhook_gid, 'webhook'); S.webhooks.delete(params.webhook_gid); return { json: { data: {} } }; },
};

// ---------------------------------------------------------------- webhooks
const showWebhook = ({ secret, ...w }) => JSON.parse(JSON.stringify(w));

async function createWebhook(d) {
  const resource = S.projects.get(String(d.resource)) ?? S.tasks.get(String(d.resource)) ?? (d.resource === S.workspace.gid ? S.workspace : null);
  if (!resource) throw isGid(d.resource) ? unknown('resource', d.resource) : notAGid('resource', d.resource);
  const url = new URL(d.target);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) throw problem(400, 'target: this peer delivers to loopback addresses only');
  if ([...S.webhooks.values()].some((w) => w.target === d.target && w.resource.gid === resource.gid)) throw problem(403, 'Duplicated webhook: this app already has a webhook for this resource and target');
  const secret = crypto.randomBytes(32).toString('hex');
  const shake = await deliver(d.target, '{}', { 'x-hook-secret': secret, 'user-agent': 'Asana-Webhooks' }, { timeout_ms: 10000 });
  S.deliveries.push({ handshake: true, status: shake.status });
  if (![200, 204].includes(shake.status)) throw problem(400, `The remote server ${d.target} did not respond with the expected handshake: HTTP ${shake.status ?? shake.error}`);
  if (shake.headers['x-hook-secret'] !== secret) throw problem(400, 'The remote server did not respond with the handshake secret.');
  const w = { gid: gid(), resource_type: 'webhook', active: true, resource: compact({ resource_type: 'project', ...resource }), target: d.target, created_at: now(), filters: d.filters ?? [], secret };
  S.webhooks.set(w.gid, w);
  setImmediate(() => push(w, []).catch(() => {})); // a first, empty heartbeat
  return { status: 201, json: { data: showWebhook(w), 'X-Hook-Secret': secret } };
}

async function push(w, events, { signature = 'good', secret, target, headers = {} } = {}) {
  const raw = JSON.stringify({ events });
  const key = secret ?? w.secret;
  const sig = crypto.createHmac('sha256', signature === 'wrong_secret' ? `${key}x` : key).update(raw).digest('hex');
  const result = await deliver(target ?? w.target, signature === 'tampered' ? raw.replace(/\}$/, ' }') : raw, { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Asana-Webhooks', ...(signature === 'none' ? {} : { 'x-hook-signature': sig }), ...headers });
  S.deliveries.push({ webhook: w.gid, events: events.length, status: result.status });
  if (result.status === 410) S.webhooks.delete(w.gid); // the receiver said it wants no more
  else if (result.status >= 200 && result.status < 300) w.last_success_at = now();
  else { w.last_failure_at = now(); w.last_failure_content = String(result.body ?? result.error); w.delivery_retry_count = (w.delivery_retry_count ?? 0) + 1; }
  return result;
}

function emit(task, what) {
  const event = { user: { gid: S.me.gid, resource_type: 'user' }, created_at: now(), action: what.action, resource: { gid: task.gid, resource_type: 'task', resource_subtype: 'default_task' }, parent: what.parent ? { gid: what.parent.gid, resource_type: what.parent.resource_type } : null, ...(what.change ? { change: what.change } : {}) };
  for (const w of S.webhooks.values()) {
    if (w.resource.resource_type === 'task' && w.resource.gid !== task.gid) continue;
    if (w.resource.resource_type === 'project' && !task.memberships.some((m) => m.project.gid === w.resource.gid)) continue;
    if (w.filters.length && !w.filters.some((f) => (!f.resource_type || f.resource_type === 'task') && (!f.action || f.action === event.action) && (!f.fields?.length || f.fields.includes(event.change?.field)))) continue;
    setImmediate(() => push(w, [event]).catch((e) => process.stderr.write(`asana: webhook: ${e.message}\n`)));
  }
}

async function control(ctx, { webhook, target, secret, events, task, action = 'changed', field = 'completed', signature, headers, handshake }) {
  if (handshake) return { json: await deliver(target, '{}', { 'x-hook-secret': secret ?? crypto.randomBytes(32).toString('hex'), ...headers }) };
  const w = webhook ? find('webhooks', webhook, 'webhook') : { gid: '0', target, secret };
  const list = events ?? [{ user: { gid: S.me.gid, resource_type: 'user' }, created_at: now(), action, resource: { gid: task ?? '1', resource_type: 'task', resource_subtype: 'default_task' }, parent: null, ...(action === 'changed' ? { change: { field, action: 'changed' } } : {}) }];
  return { json: await push(w, list, { signature, secret, target, headers }) };
}

// ---------------------------------------------------------------- one request
async function handle(ctx) {
  const route = contract.match(ctx.method, ctx.path);
  let answer;
  try {
    const token = /^Bearer (.+)$/i.exec(ctx.header('authorization') ?? '')?.[1];
    if (!token || !S.tokens.includes(token)) throw problem(401, 'Not Authorized');
    const fn = route && ROUTES[`${ctx.method} ${route.template}`];
    if (!fn) { ctx.violation('request', [{ where: 'path', message: route ? 'this peer does not implement the endpoint' : 'no such endpoint in the contract kept here' }]); throw problem(404, 'No matching route for request'); }
    let body;
    if (ctx.rawBody.length && ctx.contentType === 'application/json') { try { body = ctx.json(); } catch { ctx.violation('request', [{ where: 'body', message: 'is not JSON' }]); throw problem(400, 'Could not parse request data, invalid JSON'); } }
    const errors = contract.validateRequest(route, { query: ctx.query, headers: ctx.headers, body, contentType: ctx.contentType, hasBody: ctx.rawBody.length > 0 });
    if (errors.length) { ctx.violation('request', errors); throw new HttpError(400, { errors: errors.map((e) => ({ message: `${e.where.replace(/^body\.data\.?/, '') || e.where}: ${e.message}`, help: HELP })) }); }
    answer = await fn({ ctx, params: route.params });
  } catch (err) {
    if (!(err instanceof HttpError)) throw err;
    answer = { status: err.status, json: err.json };
  }
  if ((answer.status ?? 200) < 400) {
    const bad = contract.validateResponse(route, answer.status ?? 200, 'application/json', JSON.parse(JSON.stringify(answer.json)));
    if (bad.length) ctx.violation('response', bad);
  }
  return answer;
}

fresh();
const peer = await startPeer({
  name: 'asana', args, handle, seed, reset: fresh,
  contract: `OpenAPI ${contract.doc.info.title} ${contract.doc.info.version}`,
  state: () => ({ token: S.tokens[0], base: `${peer.url}${BASE}`, workspace: S.workspace, projects: [...S.projects.values()], sections: [...S.sections.values()], tasks: [...S.tasks.values()].map((t) => ({ ...fullTask(t), attachments: t.attachments ?? [] })), webhooks: [...S.webhooks.values()], deliveries: S.deliveries }),
  control: {
    'POST /webhook': control,
    'POST /complete': async (ctx, { task, completed = true }) => { const t = find('tasks', task, 'task'); for (const f of setFields(t, { completed })) emit(t, { action: 'changed', change: { field: f, action: 'changed' } }); return { json: { ok: true } }; },
  },
  errorBody: (status, message) => ({ json: { errors: [{ message, help: HELP }] } }),
});
peer.ready();
