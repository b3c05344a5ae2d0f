// A stateful Jira Cloud: requests and answers are checked against Atlassian's OpenAPI document
// (jira.json), rich text against Atlassian's document format schema (data/adf.json).
import crypto from 'node:crypto';
import Ajv from 'ajv';
import { readArgs, startPeer, deliver, HttpError } from './lib/peer.mjs';
import { Contract, toJsonSchema, tidy } from './lib/openapi.mjs';
import { readContract } from './lib/contracts.mjs';

const args = readArgs({
  email: { type: 'string', default: 'canon@example.com' }, token: { type: 'string', default: 'ATATT3xTestTokenForCanonPeer0000' },
  'legacy-search': { type: 'boolean', default: false }, // GET|POST /rest/api/3/search: withdrawn by Atlassian, answers 410 unless set
}, 'jira.mjs: stateful Jira Cloud REST v3 and webhooks');
const read = (name) => JSON.parse(readContract(name));
const contract = new Contract(read('jira.json'), { refuseUnknown: !args.lenient });
const adfDoc = read('adf.json');
const adf = new Ajv({ strict: false, logger: false }).compile({
  allOf: [{ $ref: adfDoc.$ref }], definitions: Object.fromEntries(Object.entries(adfDoc.definitions).map(([k, v]) => [k, toJsonSchema(v, true)])),
});

// ---------------------------------------------------------------- state
const now = () => new Date().toISOString().replace('Z', '+0000');
let S;
const CATEGORY = { new: { id: 2, key: 'new', colorName: 'blue-gray', name: 'To Do' }, indeterminate: { id: 4, key: 'indeterminate', colorName: 'yellow', name: 'In Progress' }, done: { id: 3, key: 'done', colorName: 'green', name: 'Done' } };
const STATUSES = [['Backlog', 'new'], ['To Do', 'new'], ['In Progress', 'indeterminate'], ['In Review', 'indeterminate'], ['Done', 'done']];
const TYPES = [['Task', false], ['Story', false], ['Bug', false], ['Epic', false], ['Sub-task', true]];

function fresh() {
  S = { users: [{ email: args.email, token: args.token, accountId: '5b10a2844c20165700ede21g', displayName: 'Canon Bot' }], projects: new Map(), issues: new Map(), statuses: [], types: [], webhook: null, deliveries: [], nextIssue: 10000, nextLink: 20000, nextComment: 30000 };
  STATUSES.forEach(([name, cat], i) => S.statuses.push({ id: String(10000 + i), name, category: cat }));
  TYPES.forEach(([name, subtask], i) => S.types.push({ id: String(10100 + i), name, subtask }));
  // CAN: every status can be reached from every other, transitions are named after their target.
  addProject({ key: 'CAN', name: 'Canon' });
  // OPS: a strict path whose transitions have names of their own.
  addProject({ key: 'OPS', name: 'Operations', initial: 'To Do', transitions: [{ id: '11', name: 'Start work', from: ['To Do'], to: 'In Progress' }, { id: '21', name: 'Ask for review', from: ['In Progress'], to: 'In Review' }, { id: '31', name: 'Finish', from: ['In Review'], to: 'Done' }, { id: '41', name: 'Reopen', from: ['Done'], to: 'To Do' }] });
}

function addProject({ key, name, initial = 'Backlog', transitions, types }) {
  const project = { id: String(10200 + S.projects.size), key, name: name ?? key, initial, next: 1, types: types ?? TYPES.map(([n]) => n),
    transitions: transitions ?? S.statuses.map((s, i) => ({ id: String(11 + i * 10), name: s.name, from: null, to: s.name })) };
  S.projects.set(key, project);
  return project;
}

function seed(body) {
  const known = ['projects', 'statuses', 'users', 'issues', 'webhook'];
  for (const k of Object.keys(body)) if (!known.includes(k)) throw new Error(`unknown seed field ${k}; known: ${known.join(', ')}`);
  for (const s of body.statuses ?? []) S.statuses.push({ id: String(10000 + S.statuses.length), ...s });
  for (const p of body.projects ?? []) addProject(p);
  for (const u of body.users ?? []) S.users.push({ accountId: crypto.randomBytes(12).toString('hex'), displayName: u.email, ...u });
  if (body.webhook !== undefined) S.webhook = body.webhook;
  const keys = [];
  for (const i of body.issues ?? []) {
    const issue = createIssue({ project: { key: i.project ?? 'CAN' }, summary: i.summary, issuetype: { name: i.type ?? 'Task' }, labels: i.labels ?? [], ...(i.parent ? { parent: { key: i.parent } } : {}) }, S.users[0], false);
    if (i.status) issue.status = statusBy(i.status);
    keys.push(issue.key);
  }
  return { ok: true, issues: keys };
}

// ---------------------------------------------------------------- errors
const problem = (status, messages = [], errors = {}, headers) => new HttpError(status, { errorMessages: messages, errors }, headers);
const invalid = (errors) => problem(400, [], errors);
const statusBy = (name) => S.statuses.find((s) => s.name === name || s.id === name);
function issueBy(idOrKey) {
  const hit = S.issues.get(String(idOrKey).toUpperCase()) ?? [...S.issues.values()].find((i) => i.id === idOrKey);
  if (!hit) throw problem(404, ['Issue does not exist or you do not have permission to see it.']);
  return hit;
}

// ---------------------------------------------------------------- what things look like
const self = (p) => `${peer.url}/rest/api/3/${p}`;
const showStatus = (s) => ({ self: self(`status/${s.id}`), description: '', iconUrl: `${peer.url}/images/icons/statuses/generic.png`, name: s.name, id: s.id, statusCategory: { self: self(`statuscategory/${CATEGORY[s.category].id}`), ...CATEGORY[s.category] } });
const showType = (t) => ({ self: self(`issuetype/${t.id}`), id: t.id, description: '', iconUrl: `${peer.url}/images/icons/issuetypes/task.png`, name: t.name, subtask: t.subtask, hierarchyLevel: t.subtask ? -1 : t.name === 'Epic' ? 1 : 0 });
const showUser = (u) => (u ? { self: self(`user?accountId=${u.accountId}`), accountId: u.accountId, emailAddress: u.email, displayName: u.displayName, active: true, timeZone: 'Etc/UTC', accountType: 'atlassian', avatarUrls: {} } : null);
const showProject = (p) => ({ self: self(`project/${p.id}`), id: p.id, key: p.key, name: p.name, projectTypeKey: 'software', simplified: false, avatarUrls: {} });

function fieldsOf(issue) {
  return {
    summary: issue.summary, description: issue.description, status: showStatus(issue.status), issuetype: showType(issue.type), project: showProject(issue.project), labels: issue.labels, created: issue.created, updated: issue.updated,
    creator: showUser(issue.creator), reporter: showUser(issue.creator), assignee: showUser(issue.assignee), priority: { self: self('priority/3'), id: issue.priority?.id ?? '3', name: issue.priority?.name ?? 'Medium', iconUrl: `${peer.url}/images/icons/priorities/medium.svg` },
    resolution: issue.status.category === 'done' ? { self: self('resolution/10000'), id: '10000', name: 'Done', description: '' } : null, resolutiondate: issue.resolved ?? null, duedate: issue.duedate ?? null,
    ...(issue.parent ? { parent: { id: issue.parent.id, key: issue.parent.key, self: self(`issue/${issue.parent.id}`), fields: { summary: issue.parent.summary, status: showStatus(issue.parent.status), issuetype: showType(issue.parent.type) } } } : {}),
    subtasks: [...S.issues.values()].filter((i) => i.parent === issue && i.type.subtask).map((i) => ({ id: i.id, key: i.key, self: self(`issue/${i.id}`), fields: { summary: i.summary, status: showStatus(i.status), issuetype: showType(i.type) } })),
    comment: { comments: issue.comments, self: self(`issue/${issue.id}/comment`), maxResults: issue.comments.length, total: issue.comments.length, startAt: 0 }, issuelinks: [], ...issue.custom,
  };
}

function showIssue(issue, wanted, fallback = '*all') {
  const list = (wanted?.length ? wanted : [fallback]).flatMap((f) => f.split(',')).map((f) => f.trim()).filter(Boolean);
  const all = fieldsOf(issue);
  let fields = {};
  for (const f of list) {
    if (f === '*all') fields = { ...all, ...fields };
    else if (f === '*navigable') { const { comment, ...rest } = all; fields = { ...rest, ...fields }; } else if (f.startsWith('-')) delete fields[f.slice(1)];
    else if (f !== 'id' && f !== 'key' && all[f] !== undefined) fields[f] = all[f];
  }
  return { expand: 'renderedFields,names,schema,operations,editmeta,changelog', id: issue.id, self: self(`issue/${issue.id}`), key: issue.key, ...(Object.keys(fields).length || !list.every((f) => f === 'id') ? { fields } : {}) };
}

// ---------------------------------------------------------------- doing things
function checkDocument(ctx, field, value) {
  if (value === null) return;
  if (typeof value === 'string') throw invalid({ [field]: 'Operation value must be an Atlassian Document (see the Atlassian Document Format)' });
  if (!adf(value)) {
    ctx?.violation('request', tidy(adf.errors, `body.fields.${field}`));
    throw problem(400, ['INVALID_INPUT'], {});
  }
}

function readFields(ctx, input, project, creating) {
  const errors = {};
  const out = {};
  const known = ['project', 'summary', 'issuetype', 'description', 'parent', 'labels', 'priority', 'assignee', 'duedate', 'components', 'fixVersions', 'reporter', 'environment'];
  for (const [name, value] of Object.entries(input)) {
    if (!known.includes(name) && !/^customfield_\d+$/.test(name)) { errors[name] = `Field '${name}' cannot be set. It is not on the appropriate screen, or unknown.`; continue; }
    if (name === 'summary') {
      if (typeof value !== 'string' || !value.trim()) errors.summary = 'You must specify a summary of the issue.';
      else if (/[\r\n]/.test(value)) errors.summary = 'The summary is invalid because it contains newline characters.';
      else if ([...value].length > 255) errors.summary = "Summary can't exceed 255 characters.";
      else out.summary = value.trim();
    } else if (name === 'description' || name === 'environment') { checkDocument(ctx, name, value); out[name] = value; } else if (name === 'labels') {
      if (!Array.isArray(value)) errors.labels = 'data was not an array';
      else { const bad = value.find((l) => typeof l !== 'string' || /\s/.test(l) || l.length > 255); if (bad !== undefined) errors.labels = `The label '${bad}' contains spaces which is invalid.`; else out.labels = [...new Set(value)]; }
    } else if (name === 'priority') out.priority = value;
    else if (name === 'duedate') { if (value !== null && !/^\d{4}-\d{2}-\d{2}$/.test(value)) errors.duedate = "Error parsing date string: " + value; else out.duedate = value; } else if (name === 'assignee') { const id = value?.accountId ?? value?.id; if (value === null || id === null) out.assignee = null; else { const u = S.users.find((x) => x.accountId === id); if (!u) errors.assignee = 'Specify a valid value for assignee'; else out.assignee = u; } } else if (name === 'parent') {
      if (value?.key || value?.id) { try { out.parent = issueBy(value.key ?? value.id); } catch { errors.parentId = 'Could not find issue by id or key.'; } }
    } else if (name.startsWith('customfield_')) (out.custom ??= {})[name] = value;
  }
  if (creating && input.summary === undefined) errors.summary = 'You must specify a summary of the issue.';
  return { out, errors };
}

function createIssue(input, user, announce = true, ctx = null) {
  const errors = {};
  const key = input.project?.key ?? [...S.projects.values()].find((p) => p.id === input.project?.id)?.key;
  const project = S.projects.get(key);
  if (!project) errors.project = input.project ? 'valid project is required' : 'Specify a valid project ID or key';
  const type = S.types.find((t) => t.name === input.issuetype?.name || t.id === input.issuetype?.id);
  if (!type || (project && !project.types.includes(type.name))) errors.issuetype = input.issuetype ? 'Specify a valid issue type' : 'Specify an issue type';
  const { out, errors: more } = readFields(ctx, input, project, true);
  Object.assign(errors, more);
  if (type?.subtask && !out.parent && !errors.parentId) errors.parentId = 'Issue type is a sub-task but parent issue key or id not specified.';
  if (out.parent && project && out.parent.project !== project && type?.subtask) errors.parentId = 'The parent issue is in a different project.';
  if (out.parent && type && !type.subtask && out.parent.type.name !== 'Epic') errors.parentId = 'Given parent work item does not belong to appropriate hierarchy.';
  if (Object.keys(errors).length) throw invalid(errors);
  const issue = { id: String(++S.nextIssue), key: `${project.key}-${project.next++}`, project, type, status: statusBy(project.initial), labels: [], creator: user, assignee: null, description: null, created: now(), updated: now(), links: [], comments: [], history: [], ...out };
  S.issues.set(issue.key, issue);
  if (announce) emit('jira:issue_created', issue, 'issue_created');
  return issue;
}

const transitionsFor = (issue) => issue.project.transitions.filter((t) => t.from === null || t.from.includes(issue.status.name));

function doTransition(issue, ref) {
  const t = transitionsFor(issue).find((x) => x.id === String(ref?.id));
  if (!t) throw problem(400, [ref?.id === undefined ? 'Missing transition identifier' : `Transition id '${ref.id}' is not valid for this issue.`]);
  const before = issue.status;
  issue.status = statusBy(t.to);
  issue.resolved = issue.status.category === 'done' ? now() : null;
  issue.updated = now();
  emit('jira:issue_updated', issue, 'issue_generic', [{ field: 'status', fieldtype: 'jira', fieldId: 'status', from: before.id, fromString: before.name, to: issue.status.id, toString: issue.status.name }]);
}

/** Enough JQL for what clients of this peer ask: comparisons joined with AND and OR, and an order. */
function jql(text) {
  const error = (m) => problem(400, [`Error in the JQL Query: ${m}`]);
  const tokens = [];
  const re = /\s*(?:("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(!=|!~|>=|<=|[=~<>(),])|([^\s"'=~<>!(),]+)|(.))/gy;
  let m;
  while (re.lastIndex < text.length && (m = re.exec(text))) {
    if (m[1] !== undefined) tokens.push({ s: m[1].slice(1, -1).replace(/\\(.)/g, '$1'), quoted: true });
    else if (m[2] !== undefined) tokens.push({ op: m[2] });
    else if (m[3] !== undefined) tokens.push({ s: m[3] });
    else if (m[4] !== undefined && m[4].trim()) throw error(`The character '${m[4]}' is a reserved JQL character. You must enclose it in a string or use the escape '\\${m[4]}' instead. (line 1, character ${re.lastIndex})`);
  }
  let at = 0;
  const word = (w) => tokens[at]?.s?.toUpperCase() === w && !tokens[at].quoted;
  const value = () => { const t = tokens[at++]; if (!t || t.s === undefined) throw error(`Expecting a value but got '${t?.op ?? 'the end of the query'}'.`); return t.s; };
  const RESERVED = ['AND', 'OR', 'NOT', 'ORDER', 'IN', 'IS', 'EMPTY', 'NULL'];
  const fields = {
    project: (i) => [i.project.key, i.project.name, i.project.id], key: (i) => [i.key], issuekey: (i) => [i.key], id: (i) => [i.id, i.key], status: (i) => [i.status.name, i.status.id], statuscategory: (i) => [CATEGORY[i.status.category].name, i.status.category],
    labels: (i) => i.labels, issuetype: (i) => [i.type.name, i.type.id], type: (i) => [i.type.name, i.type.id], summary: (i) => [i.summary], description: (i) => [JSON.stringify(i.description ?? '')], text: (i) => [i.summary, JSON.stringify(i.description ?? '')], parent: (i) => (i.parent ? [i.parent.key, i.parent.id] : []), created: (i) => [i.created], updated: (i) => [i.updated], assignee: (i) => (i.assignee ? [i.assignee.accountId] : []),
  };
  const contains = (have, want) => { const words = want.toLowerCase().replace(/[*"]/g, ' ').split(/[^\p{L}\p{N}]+/u).filter(Boolean); return words.every((w) => have.toLowerCase().includes(w)); };
  function condition() {
    if (tokens[at]?.op === '(') { at++; const inner = either(); if (tokens[at++]?.op !== ')') throw error("Expecting ')'."); return inner; }
    if (word('NOT')) { at++; const c = condition(); return (i) => !c(i); }
    const t = tokens[at++];
    if (!t?.s || (!t.quoted && RESERVED.includes(t.s.toUpperCase()))) throw error(`Expecting a field name but got '${t?.s ?? t?.op ?? 'the end of the query'}'.`);
    const get = fields[t.s.toLowerCase()];
    if (!get) throw problem(400, [`Field '${t.s}' does not exist or you do not have permission to view it.`]);
    let negate = false;
    if (word('NOT')) { negate = true; at++; }
    if (word('IN')) { at++; if (tokens[at++]?.op !== '(') throw error("Expecting '('."); const set = [value()]; while (tokens[at]?.op === ',') { at++; set.push(value()); } if (tokens[at++]?.op !== ')') throw error("Expecting ')'."); return (i) => get(i).some((h) => set.some((v) => v.toLowerCase() === String(h).toLowerCase())) !== negate; }
    if (word('IS')) { at++; const not = word('NOT') && ++at; if (!word('EMPTY') && !word('NULL')) throw error('Expecting EMPTY.'); at++; return (i) => (get(i).length === 0) !== Boolean(not); }
    const op = tokens[at++]?.op;
    if (!op || '(),'.includes(op)) throw error(`Expecting operator but got '${tokens[at - 1]?.s ?? op}'. The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'.`);
    const v = value();
    if ((op === '~' || op === '!~') && !['summary', 'description', 'text'].includes(t.s.toLowerCase())) throw problem(400, [`The operator '${op}' is not supported by the '${t.s}' field.`]);
    if (t.s.toLowerCase() === 'project' && op === '=' && ![...S.projects.values()].some((p) => get({ project: p }).some((h) => h.toLowerCase() === v.toLowerCase()))) throw problem(400, [`The value '${v}' does not exist for the field 'project'.`]);
    const test = { '=': (h) => String(h).toLowerCase() === v.toLowerCase(), '!=': (h) => String(h).toLowerCase() === v.toLowerCase(), '~': (h) => contains(h, v), '!~': (h) => contains(h, v), '>=': (h) => h >= v, '<=': (h) => h <= v, '>': (h) => h > v, '<': (h) => h < v }[op];
    return (i) => get(i).some(test) !== op.startsWith('!');
  }
  function both() { let left = condition(); while (word('AND')) { at++; const l = left; const r = condition(); left = (i) => l(i) && r(i); } return left; }
  function either() { let left = both(); while (word('OR')) { at++; const l = left; const r = both(); left = (i) => l(i) || r(i); } return left; }
  const test = tokens.length && !word('ORDER') ? either() : null;
  let order = { field: 'created', desc: true };
  if (word('ORDER')) { at++; if (!word('BY')) throw error("Expecting 'BY'."); at++; order = { field: value().toLowerCase(), desc: false }; if (word('DESC')) { order.desc = true; at++; } else if (word('ASC')) at++; }
  if (at < tokens.length) throw error(`Expecting either 'OR' or 'AND' but got '${tokens[at].s ?? tokens[at].op}'. (line 1)`);
  const number = (i) => Number(i.id);
  const hits = [...S.issues.values()].filter((i) => !test || test(i)).sort((a, b) => (number(a) - number(b)) * (order.desc ? -1 : 1));
  return { hits, bounded: Boolean(test) };
}

const P = '/rest/api/3';
const list = (ctx, name) => ctx.query.getAll(name).flatMap((v) => v.split(',')).filter(Boolean);
function searchJql(body) {
  const { hits, bounded } = jql(body.jql ?? '');
  if (!bounded) throw problem(400, ['Unbounded JQL queries are not allowed here. Please add a search restriction to your query.']);
  const max = Math.min(Math.max(Number(body.maxResults ?? 50), 1), 5000);
  let start = 0;
  if (body.nextPageToken) { start = Number(Buffer.from(body.nextPageToken, 'base64url').toString().split(':')[1]); if (!Number.isInteger(start)) throw problem(400, ['The provided next page token is invalid or expired.']); }
  const page = hits.slice(start, start + max);
  const isLast = start + max >= hits.length;
  return { json: { issues: page.map((i) => showIssue(i, body.fields, 'id')), isLast, ...(isLast ? {} : { nextPageToken: Buffer.from(`page:${start + max}`).toString('base64url') }) } };
}
const gone = () => problem(410, ['The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046']);
function searchOld(body) {
  if (!args['legacy-search']) throw gone();
  const { hits } = jql(body.jql ?? '');
  const startAt = Number(body.startAt ?? 0); const maxResults = Math.min(Number(body.maxResults ?? 50), 100);
  return { json: { expand: 'names,schema', startAt, maxResults, total: hits.length, issues: hits.slice(startAt, startAt + maxResults).map((i) => showIssue(i, body.fields, '*navigable')) } };
}

const ROUTES = {
  [`POST ${P}/issue`]: ({ ctx, user }) => { const body = ctx.json(); const issue = createIssue(applyUpdate({ ...body.fields }, body.update, { labels: [] }), user, true, ctx); if (body.transition) doTransition(issue, body.transition); return { status: 201, json: { id: issue.id, key: issue.key, self: self(`issue/${issue.id}`) } }; },
  [`GET ${P}/issue/{issueIdOrKey}`]: ({ ctx, params }) => ({ json: showIssue(issueBy(params.issueIdOrKey), list(ctx, 'fields')) }),
  [`PUT ${P}/issue/{issueIdOrKey}`]: ({ ctx, params }) => {
    const issue = issueBy(params.issueIdOrKey); const body = ctx.json();
    if (!body.fields && !body.update) throw problem(400, ['one of \'fields\' or \'update\' required']);
    const { out, errors } = readFields(ctx, applyUpdate({ ...body.fields }, body.update, issue), issue.project, false);
    if (Object.keys(errors).length) throw invalid(errors);
    const items = Object.keys(out).filter((k) => k !== 'custom').map((k) => ({ field: k, fieldtype: 'jira', fieldId: k, from: null, fromString: text(issue[k]), to: null, toString: text(out[k]) }));
    const { custom, ...rest } = out;
    Object.assign(issue, rest, custom ? { custom: { ...issue.custom, ...custom } } : {}, { updated: now() });
    emit('jira:issue_updated', issue, 'issue_updated', items);
    if (ctx.query.get('returnIssue') === 'true') return { json: showIssue(issue) };
    return { status: 204 };
  },
  [`DELETE ${P}/issue/{issueIdOrKey}`]: ({ params }) => { const i = issueBy(params.issueIdOrKey); S.issues.delete(i.key); emit('jira:issue_deleted', i); return { status: 204 }; },
  [`GET ${P}/issue/{issueIdOrKey}/transitions`]: ({ params }) => ({ json: { expand: 'transitions', transitions: transitionsFor(issueBy(params.issueIdOrKey)).map((t) => ({ id: t.id, name: t.name, to: showStatus(statusBy(t.to)), hasScreen: false, isGlobal: t.from === null, isInitial: false, isAvailable: true, isConditional: false, isLooped: false })) } }),
  [`POST ${P}/issue/{issueIdOrKey}/transitions`]: ({ ctx, params }) => { doTransition(issueBy(params.issueIdOrKey), ctx.json().transition); return { status: 204 }; },
  [`GET ${P}/issue/{issueIdOrKey}/remotelink`]: ({ ctx, params }) => ({ json: issueBy(params.issueIdOrKey).links.filter((l) => !ctx.query.get('globalId') || l.globalId === ctx.query.get('globalId')).map(({ object, ...l }) => ({ ...l, self: self(`issue/${params.issueIdOrKey}/remotelink/${l.id}`), object })) }),
  [`POST ${P}/issue/{issueIdOrKey}/remotelink`]: ({ ctx, params }) => {
    const issue = issueBy(params.issueIdOrKey); const body = ctx.json();
    const errors = {};
    if (!body.object?.url) errors.url = "'url' is required."; else if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s]+$/i.test(body.object.url)) errors.url = "The URL is invalid.";
    if (!body.object?.title) errors.title = "'title' is required."; else if (body.object.title.length > 255) errors.title = "'title' must be at most 255 characters.";
    if (body.globalId && body.globalId.length > 255) errors.globalId = "'globalId' must be at most 255 characters.";
    if (Object.keys(errors).length) throw invalid(errors);
    let link = body.globalId && issue.links.find((l) => l.globalId === body.globalId);
    const made = !link;
    if (made) issue.links.push(link = { id: ++S.nextLink });
    Object.assign(link, { globalId: body.globalId, relationship: body.relationship, application: body.application ?? {}, object: { icon: {}, status: { icon: {} }, ...body.object } });
    return { status: made ? 201 : 200, json: { id: link.id, self: self(`issue/${issue.key}/remotelink/${link.id}`) } };
  },
  [`GET ${P}/issue/{issueIdOrKey}/comment`]: ({ params }) => { const i = issueBy(params.issueIdOrKey); return { json: { startAt: 0, maxResults: 50, total: i.comments.length, comments: i.comments } }; },
  [`POST ${P}/issue/{issueIdOrKey}/comment`]: ({ ctx, params, user }) => { const i = issueBy(params.issueIdOrKey); const b = ctx.json(); if (!b.body) throw invalid({ comment: 'Comment body can not be empty!' }); checkDocument(ctx, 'comment', b.body); const c = { self: self(`issue/${i.id}/comment/${S.nextComment + 1}`), id: String(++S.nextComment), author: showUser(user), body: b.body, updateAuthor: showUser(user), created: now(), updated: now() }; i.comments.push(c); emit('comment_created', i); return { status: 201, json: c }; },
  [`GET ${P}/search/jql`]: ({ ctx }) => searchJql({ jql: ctx.query.get('jql'), nextPageToken: ctx.query.get('nextPageToken'), maxResults: ctx.query.get('maxResults') ?? undefined, fields: list(ctx, 'fields') }),
  [`POST ${P}/search/jql`]: ({ ctx }) => searchJql(ctx.json()),
  [`GET ${P}/search`]: ({ ctx }) => searchOld({ jql: ctx.query.get('jql'), startAt: ctx.query.get('startAt') ?? undefined, maxResults: ctx.query.get('maxResults') ?? undefined, fields: list(ctx, 'fields') }),
  [`POST ${P}/search`]: ({ ctx }) => searchOld(ctx.json()),
  [`POST ${P}/issue/bulkfetch`]: ({ ctx }) => { const b = ctx.json(); if (b.issueIdsOrKeys.length > 100) throw problem(400, ['The number of issues requested exceeds the limit of 100.']); const found = []; const issueErrors = []; for (const k of b.issueIdsOrKeys) { try { found.push(showIssue(issueBy(k), b.fields)); } catch { issueErrors.push({ id: String(k), errorMessage: 'Issue does not exist or you do not have permission to see it.' }); } } return { json: { issues: found, issueErrors } }; },
  [`GET ${P}/myself`]: ({ user }) => ({ json: showUser(user) }),
  [`GET ${P}/serverInfo`]: () => ({ json: { baseUrl: peer.url, version: '1001.0.0-SNAPSHOT', versionNumbers: [1001, 0, 0], deploymentType: 'Cloud', buildNumber: 100000, buildDate: now(), serverTime: now(), scmInfo: 'x', serverTitle: 'Jira' } }),
  [`GET ${P}/project/{projectIdOrKey}`]: ({ params }) => { const p = S.projects.get(params.projectIdOrKey.toUpperCase()) ?? [...S.projects.values()].find((x) => x.id === params.projectIdOrKey); if (!p) throw problem(404, [`No project could be found with key '${params.projectIdOrKey}'.`]); return { json: { ...showProject(p), description: '', issueTypes: S.types.filter((t) => p.types.includes(t.name)).map(showType), components: [], versions: [], roles: {}, assigneeType: 'UNASSIGNED' } }; },
  [`GET ${P}/project/{projectIdOrKey}/statuses`]: ({ params }) => { const p = S.projects.get(params.projectIdOrKey.toUpperCase()); if (!p) throw problem(404, [`No project could be found with key '${params.projectIdOrKey}'.`]); return { json: S.types.filter((t) => p.types.includes(t.name)).map((t) => ({ self: self(`issuetype/${t.id}`), id: t.id, name: t.name, subtask: t.subtask, statuses: S.statuses.map(showStatus) })) }; },
  [`GET ${P}/issue/createmeta/{projectIdOrKey}/issuetypes`]: ({ params }) => { const p = S.projects.get(params.projectIdOrKey.toUpperCase()); if (!p) throw problem(404, ['Project not found']); const types = S.types.filter((t) => p.types.includes(t.name)).map(({ ...t }) => { const { hierarchyLevel, ...rest } = showType(t); return { ...rest, untranslatedName: t.name }; }); return { json: { startAt: 0, maxResults: 50, total: types.length, issueTypes: types } }; },
  [`GET ${P}/status`]: () => ({ json: S.statuses.map(showStatus) }),
  [`GET ${P}/field`]: () => ({ json: ['summary', 'description', 'status', 'labels', 'issuetype', 'project', 'parent'].map((f) => ({ id: f, key: f, name: f, custom: false, orderable: true, navigable: true, searchable: true, clauseNames: [f] })) }),
};

const text = (v) => (v === null || v === undefined ? null : typeof v === 'string' ? v : Array.isArray(v) ? v.join(' ') : v.key ?? v.name ?? JSON.stringify(v));

/** `update` operations turned into plain field values. */
function applyUpdate(fields, update, issue) {
  for (const [name, ops] of Object.entries(update ?? {})) {
    if (name in fields) throw invalid({ [name]: `Field '${name}' cannot appear in both 'fields' and 'update'` });
    for (const op of ops) {
      if ('set' in op) fields[name] = op.set;
      else if ('add' in op && name === 'labels') fields.labels = [...(fields.labels ?? issue.labels), op.add];
      else if ('remove' in op && name === 'labels') fields.labels = (fields.labels ?? issue.labels).filter((l) => l !== op.remove);
      else if (name !== 'comment') throw invalid({ [name]: `Field with id '${name}' does not support operation '${Object.keys(op)[0]}'` });
    }
    if (name === 'comment') delete fields.comment;
  }
  return fields;
}

// ---------------------------------------------------------------- webhooks
async function sendWebhook({ target, secret, event = 'jira:issue_updated', issue: key, items = [], payload, overrides = {}, signature = 'good', headers = {}, event_type = 'issue_generic', identifier }) {
  const issue = key ? issueBy(key) : null;
  const body = payload ?? {
    timestamp: Date.now(), webhookEvent: event, issue_event_type_name: event_type, user: showUser(S.users[0]),
    ...(issue ? { issue: { id: issue.id, self: self(issue.id), key: issue.key, fields: fieldsOf(issue) } } : {}), ...(items.length ? { changelog: { id: String(Date.now()), items } } : {}), ...overrides,
  };
  const raw = JSON.stringify(body);
  const k = secret ?? S.webhook?.secret;
  const sig = k && signature !== 'none' ? `sha256=${crypto.createHmac('sha256', signature === 'wrong_secret' ? `${k}x` : k).update(raw).digest('hex')}` : null;
  const result = await deliver(target ?? S.webhook?.target, signature === 'tampered' ? raw.replace(/\}$/, ' }') : raw, {
    'content-type': 'application/json; charset=UTF-8', 'user-agent': 'Atlassian Webhook HTTP Client', 'x-atlassian-webhook-identifier': identifier ?? crypto.randomUUID(), ...(sig ? { 'x-hub-signature': sig } : {}), ...(S.webhook?.headers ?? {}), ...headers,
  });
  S.deliveries.push({ event, issue: key, status: result.status });
  return result;
}

function emit(event, issue, eventType, items = []) {
  if (!S.webhook?.target || (S.webhook.events && !S.webhook.events.includes(event))) return;
  const frozen = { issue: { id: issue.id, self: self(issue.id), key: issue.key, fields: fieldsOf(issue) } };
  setImmediate(() => sendWebhook({ event, event_type: eventType, items, overrides: frozen }).catch((e) => process.stderr.write(`jira: webhook: ${e.message}\n`)));
}

// ---------------------------------------------------------------- one request
async function handle(ctx) {
  const common = { 'x-arequestid': crypto.randomBytes(16).toString('hex'), 'x-ratelimit-limit': '350', 'x-ratelimit-remaining': '349' };
  let answer;
  const route = contract.match(ctx.method, ctx.path);
  try {
    const basic = /^Basic (.+)$/i.exec(ctx.header('authorization') ?? '')?.[1];
    const [email, ...rest] = basic ? Buffer.from(basic, 'base64').toString().split(':') : [];
    const user = S.users.find((u) => u.email === email && u.token === rest.join(':'));
    if (!user) throw new HttpError(401, undefined, { 'www-authenticate': 'OAuth realm="https%3A%2F%2Fyour-domain.atlassian.net"', 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' });
    const fn = route && ROUTES[`${ctx.method} ${route.template}`];
    if (!fn) {
      ctx.violation('request', [{ where: 'path', message: route ? 'this peer does not implement the endpoint' : 'no such endpoint in the contract kept here' }]);
      return { status: 404, json: { errorMessages: [], errors: {} } };
    }
    let body;
    if (ctx.rawBody.length) {
      if (ctx.contentType !== 'application/json') { ctx.violation('request', [{ where: 'header.content-type', message: `is ${ctx.contentType || 'absent'}` }]); throw problem(415, ['Unsupported Media Type']); }
      try { body = ctx.json(); } catch { ctx.violation('request', [{ where: 'body', message: 'is not JSON' }]); throw problem(400, ['Invalid request payload. Refer to the REST API documentation and try again.']); }
    }
    // Jira's own documents mark many members of fields as free-form; those are checked by the handlers.
    const errors = contract.validateRequest(route, { query: ctx.query, headers: ctx.headers, body, contentType: 'application/json', hasBody: ctx.rawBody.length > 0 });
    if (errors.length) { ctx.violation('request', errors); throw problem(400, ['Invalid request payload. Refer to the REST API documentation and try again.', ...errors.map((e) => `${e.where} ${e.message}`)]); }
    answer = fn({ ctx, user, params: route.params });
  } catch (err) {
    if (!(err instanceof HttpError)) throw err;
    answer = err.status === 401 ? { status: 401, text: 'Client must be authenticated to access this resource.', headers: err.headers } : { status: err.status, json: err.json, headers: err.headers };
  }
  answer.headers = { ...common, ...answer.headers };
  // Atlassian's document gives one link where Jira sends a list of them.
  const wrongInSpec = ctx.method === 'GET' && route?.template.endsWith('/remotelink');
  if (answer.json !== undefined && (answer.status ?? 200) < 400 && !wrongInSpec) {
    const bad = contract.validateResponse(route, answer.status ?? 200, 'application/json', JSON.parse(JSON.stringify(answer.json)));
    if (bad.length) ctx.violation('response', bad);
  }
  return answer;
}

fresh();
const peer = await startPeer({
  name: 'jira', args, handle, seed, reset: fresh,
  contract: `OpenAPI ${contract.doc.info.title} ${contract.doc.info.version}`,
  state: () => ({
    email: args.email, token: args.token, deliveries: S.deliveries, statuses: S.statuses, projects: [...S.projects.values()],
    issues: [...S.issues.values()].map((i) => ({ id: i.id, key: i.key, summary: i.summary, status: i.status.name, category: i.status.category, type: i.type.name, labels: i.labels, parent: i.parent?.key ?? null, description: i.description, links: i.links, comments: i.comments.length, custom: i.custom })),
  }),
  control: {
    'POST /webhook': async (ctx, body) => ({ json: await sendWebhook(body) }),
    // A change made by a person in Jira's own interface; any status, whatever the workflow says.
    'POST /move': async (ctx, { issue, status }) => { const i = issueBy(issue); const to = statusBy(status); if (!to) throw new Error(`no status ${status}`); const from = i.status; i.status = to; i.updated = now(); emit('jira:issue_updated', i, 'issue_generic', [{ field: 'status', fieldtype: 'jira', fieldId: 'status', from: from.id, fromString: from.name, to: to.id, toString: to.name }]); return { json: { ok: true } }; },
  },
  errorBody: (status, message) => ({ json: { errorMessages: [message], errors: {} }, ...(status === 429 ? { headers: { 'x-ratelimit-limit': '350', 'x-ratelimit-remaining': '0', 'ratelimit-reason': 'jira-burst-based' } } : {}) }),
});
peer.ready();
