// A stateful Linear: Linear's own GraphQL schema (linear.graphql) is what queries are checked and run
// against, so an unknown field, a wrong argument or a wrong input is refused as Linear refuses it.
import crypto from 'node:crypto';
import { buildSchema, parse, validate, execute, GraphQLError, isNonNullType, isListType, isObjectType, isScalarType, isEnumType, getNamedType, specifiedRules, NoDeprecatedCustomRule } from 'graphql';
import { readArgs, startPeer, deliver } from './lib/peer.mjs';
import { readContract } from './lib/contracts.mjs';

const args = readArgs({ 'api-key': { type: 'string', default: 'lin_api_test_0123456789abcdef0123456789abcdef' } }, 'linear.mjs: stateful Linear GraphQL API and webhooks');
const sdl = readContract('linear.graphql');
const schema = buildSchema(sdl, { assumeValidSDL: true });
for (const name of ['DateTime', 'TimelessDate']) {
  const scalar = schema.getType(name);
  scalar.parseValue = (v) => { if (typeof v !== 'string' || Number.isNaN(Date.parse(v))) throw new GraphQLError(`${name} cannot represent ${JSON.stringify(v)}`); return v; };
}

// ---------------------------------------------------------------- state
const uuid = () => crypto.randomUUID();
const now = () => new Date().toISOString();
const STATES = [['Backlog', 'backlog'], ['Todo', 'unstarted'], ['In Progress', 'started'], ['In Review', 'started'], ['Done', 'completed'], ['Canceled', 'canceled'], ['Duplicate', 'canceled']];
let S;

function entity(type, fields) {
  return { __typename: type, id: uuid(), createdAt: now(), updatedAt: now(), archivedAt: null, ...fields };
}

function addTeam({ key, name, states = STATES, labels = [] }) {
  const team = entity('Team', { key, name: name ?? key, displayName: name ?? key, next: 1, private: false });
  S.teams.push(team);
  states.forEach(([stateName, type], i) => S.states.push(entity('WorkflowState', { name: stateName, type, position: i, color: '#bec2c8', team })));
  for (const l of labels) addLabel({ name: l, team });
  return team;
}

function addLabel({ name, team = null, color = '#4EA7FC' }) {
  const label = entity('IssueLabel', { name, team, color, isGroup: false });
  S.labels.push(label);
  return label;
}

function addUser({ name, email, id }) {
  const user = entity('User', { name, displayName: name.toLowerCase().split(' ')[0], email, active: true, admin: false, ...(id ? { id } : {}) });
  S.users.push(user);
  return user;
}

function fresh() {
  S = { teams: [], states: [], labels: [], users: [], issues: [], attachments: [], comments: [], webhooks: [], projects: [], keys: [args['api-key']], tokens: ['lin_oauth_test_token'], webhook: null, deliveries: [], updatesOn: true };
  S.organization = entity('Organization', { name: 'Acme', urlKey: 'acme' });
  S.viewer = addUser({ name: 'Canon Bot', email: 'canon-bot@example.com' });
  addUser({ name: 'Alice Example', email: 'alice@example.com' });
  addTeam({ key: 'ENG', name: 'Engineering', labels: ['canon'] });
  addTeam({ key: 'OPS', name: 'Operations' });
  addLabel({ name: 'spec' });
}
fresh();

function seed(body) {
  const known = ['teams', 'labels', 'users', 'issues', 'webhook', 'keys', 'tokens', 'updatesOn'];
  for (const k of Object.keys(body)) if (!known.includes(k)) throw new Error(`unknown seed field ${k}; known: ${known.join(', ')}`);
  for (const t of body.teams ?? []) addTeam(t);
  for (const l of body.labels ?? []) addLabel({ ...l, team: l.team ? S.teams.find((t) => t.key === l.team) : null });
  for (const u of body.users ?? []) addUser(u);
  for (const k of ['webhook', 'keys', 'tokens', 'updatesOn']) if (body[k] !== undefined) S[k] = body[k];
  const made = [];
  for (const i of body.issues ?? []) {
    const team = S.teams.find((t) => t.key === (i.team ?? 'ENG'));
    const state = S.states.find((s) => s.team === team && s.name === (i.state ?? 'Backlog'));
    made.push(createIssue({ teamId: team.id, title: i.title, description: i.description, stateId: state.id, labelIds: (i.labels ?? []).map((n) => S.labels.find((l) => l.name === n)?.id ?? addLabel({ name: n }).id) }, false).identifier);
  }
  return { ok: true, issues: made };
}

// ---------------------------------------------------------------- errors
function failure(message, type = 'invalid input', code = 'INPUT_ERROR') {
  return new GraphQLError(message, { extensions: { type, code, userError: true, userPresentableMessage: message } });
}
const notFound = (what) => new GraphQLError(`Entity not found: ${what}`, { extensions: { type: 'invalid input', code: 'INPUT_ERROR', statusCode: 400, userError: true, userPresentableMessage: `Could not find referenced ${what}.` } });

const byId = (list, id, what) => { const hit = list.find((e) => e.id === id); if (!hit) throw notFound(what); return hit; };
const issueBy = (id) => { const hit = S.issues.find((i) => (i.id === id || i.identifier.toLowerCase() === String(id).toLowerCase()) && !i.trashed); if (!hit) throw notFound('Issue'); return hit; };
const teamBy = (id) => { const hit = S.teams.find((t) => t.id === id || t.key === id); if (!hit) throw notFound('Team'); return hit; };

// ---------------------------------------------------------------- mutations
function createIssue(input, announce = true) {
  if (!input.title || !input.title.trim()) throw failure('Argument Validation Error - title should not be empty');
  if (input.title.length > 512) throw failure('Argument Validation Error - title must be shorter than or equal to 512 characters');
  const team = teamBy(input.teamId);
  const state = input.stateId ? byId(S.states, input.stateId, 'WorkflowState') : S.states.find((s) => s.team === team);
  if (state.team !== team) throw failure('The provided state does not belong to the team of the issue.');
  const labels = (input.labelIds ?? []).map((l) => byId(S.labels, l, 'IssueLabel'));
  const parent = input.parentId ? issueBy(input.parentId) : null;
  if (input.id && S.issues.some((i) => i.id === input.id)) throw failure('Entity with that id already exists');
  const number = team.next++;
  const identifier = `${team.key}-${number}`;
  const slug = input.title.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 60);
  const issue = entity('Issue', {
    ...(input.id ? { id: input.id } : {}), number, identifier, title: input.title, description: input.description ?? null, team, state, labels, parent,
    priority: input.priority ?? 0, priorityLabel: ['No priority', 'Urgent', 'High', 'Medium', 'Low'][input.priority ?? 0], estimate: input.estimate ?? null, sortOrder: -number, prioritySortOrder: -number, boardOrder: 0,
    url: `https://linear.app/${S.organization.urlKey}/issue/${identifier}/${slug}`, branchName: `${identifier.toLowerCase()}-${slug}`.slice(0, 80),
    creator: S.viewer, assignee: input.assigneeId ? byId(S.users, input.assigneeId, 'User') : null, dueDate: input.dueDate ?? null, previousIdentifiers: [], subscribers: [], trashed: false, completedAt: null, canceledAt: null, startedAt: null,
    customerTicketCount: 0, reactionData: [],
  });
  stampState(issue);
  S.issues.push(issue);
  if (announce) emit('create', issue);
  return issue;
}

function stampState(issue) {
  const t = issue.state.type;
  issue.completedAt = t === 'completed' ? issue.completedAt ?? now() : null;
  issue.canceledAt = t === 'canceled' ? issue.canceledAt ?? now() : null;
  if (t === 'started') issue.startedAt ??= now();
}

function updateIssue(id, input) {
  const issue = issueBy(id);
  const was = { updatedAt: issue.updatedAt };
  if (input.title !== undefined && input.title !== null) { if (!input.title.trim()) throw failure('Argument Validation Error - title should not be empty'); was.title = issue.title; issue.title = input.title; }
  if (input.description !== undefined) { was.description = issue.description; issue.description = input.description; }
  if (input.stateId) { const state = byId(S.states, input.stateId, 'WorkflowState'); if (state.team !== issue.team) throw failure('The provided state does not belong to the team of the issue.'); was.stateId = issue.state.id; issue.state = state; stampState(issue); }
  if (input.labelIds) { was.labelIds = issue.labels.map((l) => l.id); issue.labels = input.labelIds.map((l) => byId(S.labels, l, 'IssueLabel')); }
  if (input.addedLabelIds) issue.labels = [...new Set([...issue.labels, ...input.addedLabelIds.map((l) => byId(S.labels, l, 'IssueLabel'))])];
  if (input.removedLabelIds) issue.labels = issue.labels.filter((l) => !input.removedLabelIds.includes(l.id));
  if (input.parentId !== undefined) issue.parent = input.parentId ? issueBy(input.parentId) : null;
  if (input.assigneeId !== undefined) { was.assigneeId = issue.assignee?.id ?? null; issue.assignee = input.assigneeId ? byId(S.users, input.assigneeId, 'User') : null; }
  if (input.priority !== undefined) { was.priority = issue.priority; issue.priority = input.priority; }
  issue.updatedAt = now();
  emit('update', issue, was);
  return issue;
}

function link(issueId, url, title, extra = {}) {
  const issue = issueBy(issueId);
  let parsed;
  try { parsed = new URL(url); } catch { throw failure('Argument Validation Error - url must be a URL address'); }
  // One attachment per URL and issue: a second one updates the first.
  let at = S.attachments.find((a) => a.issue === issue && a.url === parsed.href);
  if (at) Object.assign(at, { title, updatedAt: now(), ...extra });
  else { at = entity('Attachment', { issue, url: parsed.href, title, subtitle: null, metadata: {}, groupBySource: false, source: null, sourceType: null, creator: S.viewer, ...extra }); S.attachments.push(at); }
  return at;
}

const done = (key, value) => ({ success: true, lastSyncId: 1, [key]: value });
const ROOT = {
  viewer: () => S.viewer,
  organization: () => S.organization,
  teams: () => S.teams,
  team: ({ id }) => teamBy(id),
  users: () => S.users,
  user: ({ id }) => byId(S.users, id, 'User'),
  workflowStates: () => S.states,
  workflowState: ({ id }) => byId(S.states, id, 'WorkflowState'),
  issueLabels: () => S.labels,
  issueLabel: ({ id }) => byId(S.labels, id, 'IssueLabel'),
  issues: () => S.issues.filter((i) => !i.trashed),
  issue: ({ id }) => issueBy(id),
  issueSearch: ({ query }) => searched(query),
  searchIssues: ({ term, teamId }) => searched(term).filter((i) => !teamId || i.team.id === teamId),
  issueVcsBranchSearch: ({ branchName }) => S.issues.find((i) => branchName.toLowerCase().includes(i.identifier.toLowerCase())) ?? null,
  attachments: () => S.attachments,
  attachmentsForURL: ({ url }) => S.attachments.filter((a) => a.url === url),
  attachment: ({ id }) => byId(S.attachments, id, 'Attachment'),
  comments: () => S.comments,
  comment: ({ id }) => byId(S.comments, id, 'Comment'),
  webhooks: () => S.webhooks,
  webhook: ({ id }) => byId(S.webhooks, id, 'Webhook'),
  projects: () => S.projects,
  issueCreate: ({ input }) => done('issue', createIssue(input)),
  issueUpdate: ({ id, input }) => done('issue', updateIssue(id, input)),
  issueArchive: ({ id }) => { const i = issueBy(id); i.archivedAt = now(); return done('entity', i); },
  issueDelete: ({ id }) => { const i = issueBy(id); i.trashed = true; emit('remove', i); return done('entity', i); },
  issueLabelCreate: ({ input }) => { const team = input.teamId ? teamBy(input.teamId) : null; if (S.labels.some((l) => l.name.toLowerCase() === input.name.toLowerCase() && l.team === team)) throw failure('Duplicate label name'); return done('issueLabel', addLabel({ name: input.name, team, color: input.color ?? '#4EA7FC' })); },
  attachmentCreate: ({ input }) => done('attachment', link(input.issueId, input.url, input.title, { subtitle: input.subtitle ?? null, metadata: input.metadata ?? {} })),
  attachmentLinkURL: ({ issueId, url, title }) => done('attachment', link(issueId, url, title ?? url)),
  attachmentLinkGitHubPR: ({ issueId, url, title }) => { if (!/\/pull\/\d+/.test(url)) throw failure('Invalid GitHub pull request URL'); return done('attachment', link(issueId, url, title ?? url, { sourceType: 'github' })); },
  attachmentDelete: ({ id }) => { const a = byId(S.attachments, id, 'Attachment'); S.attachments = S.attachments.filter((x) => x !== a); return { success: true, lastSyncId: 1, entityId: id }; },
  commentCreate: ({ input }) => { const c = entity('Comment', { issue: input.issueId ? issueBy(input.issueId) : null, body: input.body ?? '', user: S.viewer, url: 'https://linear.app/acme/comment', reactionData: [] }); S.comments.push(c); return done('comment', c); },
  webhookCreate: ({ input }) => { const w = entity('Webhook', { ...input, secret: input.secret ?? `lin_wh_${crypto.randomBytes(20).toString('hex')}`, team: input.teamId ? teamBy(input.teamId) : null, allPublicTeams: input.allPublicTeams ?? !input.teamId, enabled: input.enabled ?? true, failures: [], creator: S.viewer, label: input.label ?? null }); S.webhooks.push(w); return done('webhook', w); },
  webhookUpdate: ({ id, input }) => { const w = byId(S.webhooks, id, 'Webhook'); Object.assign(w, input, { updatedAt: now() }); return done('webhook', w); },
  webhookDelete: ({ id }) => { byId(S.webhooks, id, 'Webhook'); S.webhooks = S.webhooks.filter((w) => w.id !== id); return { success: true, lastSyncId: 1, entityId: id }; },
};

function searched(term) {
  if (!term) return [];
  const exact = S.issues.filter((i) => !i.trashed && i.identifier.toLowerCase() === term.trim().toLowerCase());
  const words = term.toLowerCase().split(/\s+/).filter(Boolean);
  const rest = S.issues.filter((i) => !i.trashed && !exact.includes(i) && words.every((w) => `${i.identifier} ${i.title} ${i.description ?? ''}`.toLowerCase().includes(w)));
  return [...exact, ...rest];
}

const RELATED = {
  Team: { states: (t) => S.states.filter((s) => s.team === t), issues: (t) => S.issues.filter((i) => i.team === t && !i.trashed), labels: (t) => S.labels.filter((l) => !l.team || l.team === t), members: () => S.users, organization: () => S.organization, issueCount: (t) => S.issues.filter((i) => i.team === t).length, defaultIssueState: (t) => S.states.find((s) => s.team === t) },
  WorkflowState: { issues: (s) => S.issues.filter((i) => i.state === s && !i.trashed) },
  Issue: { children: (i) => S.issues.filter((x) => x.parent === i && !x.trashed), attachments: (i) => S.attachments.filter((a) => a.issue === i), comments: (i) => S.comments.filter((c) => c.issue === i), labelIds: (i) => i.labels.map((l) => l.id) },
  User: { organization: () => S.organization, assignedIssues: (u) => S.issues.filter((i) => i.assignee === u), createdIssues: (u) => S.issues.filter((i) => i.creator === u), isMe: (u) => u === S.viewer, teams: () => S.teams, initials: (u) => u.name.split(' ').map((p) => p[0]).join(''), url: (u) => `https://linear.app/acme/profiles/${u.displayName}` },
  Organization: { teams: () => S.teams, users: () => S.users, userCount: () => S.users.length },
  IssueLabel: { organization: () => S.organization, issues: (l) => S.issues.filter((i) => i.labels.includes(l)) },
};

// ---------------------------------------------------------------- filters and pages
const COMPARE = {
  eq: (v, x) => v === x, neq: (v, x) => v !== x, in: (v, x) => x.includes(v), nin: (v, x) => !x.includes(v), null: (v, x) => (v === null || v === undefined) === x,
  lt: (v, x) => v < x, lte: (v, x) => v <= x, gt: (v, x) => v > x, gte: (v, x) => v >= x,
  contains: (v, x) => String(v ?? '').includes(x), notContains: (v, x) => !String(v ?? '').includes(x), startsWith: (v, x) => String(v ?? '').startsWith(x), endsWith: (v, x) => String(v ?? '').endsWith(x),
  notStartsWith: (v, x) => !String(v ?? '').startsWith(x), notEndsWith: (v, x) => !String(v ?? '').endsWith(x),
  eqIgnoreCase: (v, x) => String(v ?? '').toLowerCase() === x.toLowerCase(), neqIgnoreCase: (v, x) => String(v ?? '').toLowerCase() !== x.toLowerCase(),
  containsIgnoreCase: (v, x) => String(v ?? '').toLowerCase().includes(x.toLowerCase()), notContainsIgnoreCase: (v, x) => !String(v ?? '').toLowerCase().includes(x.toLowerCase()), startsWithIgnoreCase: (v, x) => String(v ?? '').toLowerCase().startsWith(x.toLowerCase()),
  containsIgnoreCaseAndAccent: (v, x) => String(v ?? '').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().includes(x.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()),
};

function value(source, field) {
  const rel = RELATED[source?.__typename]?.[field];
  return rel ? rel(source) : source?.[field];
}

function matches(source, filter) {
  for (const [key, cond] of Object.entries(filter)) {
    if (cond === undefined || cond === null) continue;
    if (key === 'and') { if (!cond.every((c) => matches(source, c))) return false; continue; }
    if (key === 'or') { if (!cond.some((c) => matches(source, c))) return false; continue; }
    const v = value(source, key);
    const keys = Object.keys(cond);
    if (Array.isArray(v)) {
      if (cond.some && !v.some((x) => matches(x, cond.some))) return false;
      if (cond.every && !v.every((x) => matches(x, cond.every))) return false;
      if (cond.length) for (const [op, x] of Object.entries(cond.length)) if (!COMPARE[op](v.length, x)) return false;
      const direct = Object.fromEntries(Object.entries(cond).filter(([k]) => !['some', 'every', 'length'].includes(k)));
      if (Object.keys(direct).length && !v.some((x) => matches(x, direct))) return false;
    } else if (v && typeof v === 'object' && v.__typename) {
      const { null: isNull, ...rest } = cond;
      if (isNull === true) return false;
      if (!matches(v, rest)) return false;
    } else if (keys.every((k) => k in COMPARE)) {
      for (const [op, x] of Object.entries(cond)) if (!COMPARE[op](v, x)) return false;
    } else if (!(cond.null === true && (v === null || v === undefined))) return false;
  }
  return true;
}

function page(list, { filter, first, last, after, before, orderBy } = {}) {
  for (const n of [first, last]) if (n !== undefined && n !== null && (n < 1 || n > 250)) throw failure('Argument Validation Error - first must not be greater than 250');
  let all = filter ? list.filter((e) => matches(e, filter)) : list;
  const key = orderBy === 'updatedAt' ? 'updatedAt' : 'createdAt';
  if (all[0]?.[key]) all = all.map((e, i) => [e, i]).sort((a, b) => (a[0][key] < b[0][key] ? 1 : a[0][key] > b[0][key] ? -1 : b[1] - a[1])).map(([e]) => e);
  if (list.ranked) all = filter ? list.filter((e) => matches(e, filter)) : list;
  let from = 0; let to = all.length;
  if (after) { const i = all.findIndex((e) => e.id === after); if (i < 0) throw failure('Invalid cursor'); from = i + 1; }
  if (before) { const i = all.findIndex((e) => e.id === before); if (i < 0) throw failure('Invalid cursor'); to = i; }
  const size = first ?? last ?? 50;
  const start = last && !first ? Math.max(to - size, from) : from;
  const end = last && !first ? to : Math.min(from + size, to);
  const nodes = all.slice(start, end);
  return { nodes, edges: nodes.map((node) => ({ node, cursor: node.id })), totalCount: all.length, archivePayload: { archive: '{}', totalCount: 0, databaseVersion: 1 }, pageInfo: { hasNextPage: end < all.length, hasPreviousPage: start > 0, startCursor: nodes[0]?.id ?? null, endCursor: nodes.at(-1)?.id ?? null } };
}

/** Something lawful for a field the state says nothing about. */
function absent(type) {
  if (!isNonNullType(type)) return null;
  const inner = type.ofType;
  if (isListType(inner)) return [];
  if (isEnumType(inner)) return inner.getValues()[0].value;
  if (isScalarType(inner)) return { String: '', ID: uuid(), Int: 0, Float: 0, Boolean: false, DateTime: now(), TimelessDate: now().slice(0, 10), JSON: {}, JSONObject: {}, UUID: uuid() }[inner.name] ?? '';
  if (isObjectType(inner) && inner.name.endsWith('Connection')) return page([], {});
  return { __typename: inner.name };
}

function fieldResolver(source, fieldArgs, ctx, info) {
  let v;
  if (info.parentType.name === 'Query' || info.parentType.name === 'Mutation') {
    const fn = ROOT[info.fieldName];
    if (!fn) throw new GraphQLError(`This peer does not implement ${info.parentType.name}.${info.fieldName}`, { extensions: { type: 'internal error', code: 'NOT_IMPLEMENTED' } });
    v = fn(fieldArgs, ctx);
  } else {
    const rel = RELATED[source.__typename]?.[info.fieldName];
    v = rel ? rel(source, fieldArgs) : source[info.fieldName];
  }
  const named = getNamedType(info.returnType);
  if (Array.isArray(v) && isObjectType(named) && (named.name.endsWith('Connection') || named.name === 'IssueSearchPayload')) {
    if (['issueSearch', 'searchIssues'].includes(info.fieldName)) v.ranked = true;
    return page(v, fieldArgs);
  }
  return v === undefined ? absent(info.returnType) : v;
}

// ---------------------------------------------------------------- webhooks
function issuePayload(issue) {
  return {
    id: issue.id, createdAt: issue.createdAt, updatedAt: issue.updatedAt, number: issue.number, title: issue.title, priority: issue.priority, sortOrder: issue.sortOrder, prioritySortOrder: issue.prioritySortOrder,
    ...(issue.completedAt ? { completedAt: issue.completedAt } : {}), ...(issue.canceledAt ? { canceledAt: issue.canceledAt } : {}), ...(issue.startedAt ? { startedAt: issue.startedAt } : {}),
    teamId: issue.team.id, previousIdentifiers: issue.previousIdentifiers, creatorId: issue.creator.id, stateId: issue.state.id, ...(issue.parent ? { parentId: issue.parent.id } : {}), reactionData: [], priorityLabel: issue.priorityLabel,
    identifier: issue.identifier, url: issue.url, subscriberIds: [], labelIds: issue.labels.map((l) => l.id), description: issue.description ?? undefined,
    ...(issue.assignee ? { assigneeId: issue.assignee.id, assignee: who(issue.assignee) } : {}),
    state: { id: issue.state.id, color: issue.state.color, name: issue.state.name, type: issue.state.type }, team: { id: issue.team.id, key: issue.team.key, name: issue.team.name }, labels: issue.labels.map((l) => ({ id: l.id, color: l.color, name: l.name })), creator: who(issue.creator),
  };
}
const who = (u) => ({ id: u.id, name: u.name, email: u.email, url: `https://linear.app/acme/profiles/${u.displayName}` });

/** Checks an object against an object type of the schema: members that must be there, and members nobody knows. */
function conform(obj, type, where, out = []) {
  const fields = type.getFields();
  for (const [name, f] of Object.entries(fields)) {
    const v = obj[name];
    if (v === undefined || v === null) { if (isNonNullType(f.type)) out.push({ where: `${where}.${name}`, message: 'is required' }); continue; }
    const named = getNamedType(f.type);
    const list = isListType(isNonNullType(f.type) ? f.type.ofType : f.type);
    if (list !== Array.isArray(v) && !['JSONObject', 'JSON'].includes(named.name)) { out.push({ where: `${where}.${name}`, message: `should ${list ? '' : 'not '}be a list` }); continue; }
    if (isObjectType(named)) for (const one of list ? v : [v]) conform(one, named, `${where}.${name}`, out);
    else if (named.name === 'Float' && typeof v !== 'number') out.push({ where: `${where}.${name}`, message: 'should be a number' });
    else if (named.name === 'String' && !(list ? v.every((s) => typeof s === 'string') : typeof v === 'string')) out.push({ where: `${where}.${name}`, message: 'should be a string' });
  }
  for (const name of Object.keys(obj)) if (!fields[name]) out.push({ where: `${where}.${name}`, message: 'is not in the schema' });
  return out;
}

async function sendWebhook({ target, secret, action = 'update', issue: identifier, payload, overrides = {}, updatedFrom, signature = 'good', timestamp_offset_ms = 0, type = 'Issue', delivery, headers = {} }) {
  const key = secret ?? S.webhook?.secret;
  const issue = identifier ? issueBy(identifier) : null;
  const body = payload ?? {
    action, actor: { ...who(S.viewer), type: 'user' }, createdAt: now(), data: issue ? issuePayload(issue) : {}, url: issue?.url, type, organizationId: S.organization.id,
    ...(updatedFrom ? { updatedFrom } : {}), webhookTimestamp: Date.now() + timestamp_offset_ms, webhookId: uuid(), ...overrides,
  };
  const raw = JSON.stringify(body);
  const sig = crypto.createHmac('sha256', signature === 'wrong_secret' ? `${key}x` : key ?? '').update(raw).digest('hex');
  const result = await deliver(target ?? S.webhook?.target, signature === 'tampered' ? raw.replace(/\}$/, ' }') : raw, {
    'content-type': 'application/json; charset=utf-8', 'user-agent': 'Linear-Webhook', 'linear-delivery': delivery ?? uuid(), 'linear-event': type, ...(body.webhookTimestamp ? { 'linear-timestamp': String(body.webhookTimestamp) } : {}),
    ...(signature === 'none' ? {} : { 'linear-signature': sig }), ...headers,
  });
  S.deliveries.push({ action, issue: identifier, status: result.status });
  return result;
}

function emit(action, issue, updatedFrom) {
  if (!S.updatesOn) return;
  const targets = S.webhook?.target ? [S.webhook] : [];
  for (const w of S.webhooks) if (w.enabled && w.resourceTypes.includes('Issue') && (!w.team || w.team === issue.team) && /^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(w.url)) targets.push({ target: w.url, secret: w.secret });
  if (!targets.length) return;
  const data = issuePayload(issue);
  const broken = conform(data, schema.getType('IssueWebhookPayload'), 'data');
  if (broken.length) peer.violations.push({ time: now(), side: 'webhook', errors: broken });
  for (const t of targets) setImmediate(() => sendWebhook({ ...t, action, updatedFrom, overrides: { data, url: issue.url } }).catch((e) => process.stderr.write(`linear: webhook: ${e.message}\n`)));
}

// ---------------------------------------------------------------- one request
const limits = () => ({ 'x-ratelimit-requests-limit': '5000', 'x-ratelimit-requests-remaining': '4999', 'x-ratelimit-requests-reset': String(Date.now() + 3600000), 'x-complexity': '10', 'x-ratelimit-complexity-limit': '3000000', 'x-ratelimit-complexity-remaining': '2999990', 'x-ratelimit-complexity-reset': String(Date.now() + 3600000) });

function authenticate(ctx) {
  const header = ctx.header('authorization');
  const no = (status, message, code = 'AUTHENTICATION_ERROR') => ({ status, json: { errors: [{ message, extensions: { type: 'authentication error', code, statusCode: status, userError: true, userPresentableMessage: 'You need to authenticate to access this operation.' } }] } });
  if (!header) return no(401, 'Authentication required, not authenticated');
  const bearer = /^Bearer (.+)$/i.exec(header)?.[1];
  if (bearer?.startsWith('lin_api_')) return no(400, "It looks like you're trying to use an API key as a Bearer token. Remove the Bearer prefix from the Authorization header.");
  if (bearer ? S.tokens.includes(bearer) : S.keys.includes(header)) return null;
  return no(401, 'Authentication required, not authenticated');
}

async function handle(ctx) {
  if (ctx.path !== '/graphql') return { status: 404, text: 'Not Found' };
  if (ctx.method !== 'POST') return { status: 405, text: 'Method Not Allowed' };
  const denied = authenticate(ctx);
  if (denied) return denied;
  const problem = (status, errors) => ({ status, json: { errors }, headers: limits() });
  if (ctx.contentType !== 'application/json') {
    ctx.violation('request', [{ where: 'header.content-type', message: 'must be application/json' }]);
    return problem(400, [{ message: 'This operation has been blocked as a potential Cross-Site Request Forgery (CSRF). Please either specify a \'content-type\' header', extensions: { code: 'BAD_REQUEST', type: 'graphql error' } }]);
  }
  let body;
  try { body = ctx.json(); } catch (err) { ctx.violation('request', [{ where: 'body', message: err.message }]); return problem(400, [{ message: 'Invalid JSON', extensions: { code: 'BAD_REQUEST', type: 'graphql error' } }]); }
  if (typeof body.query !== 'string') { ctx.violation('request', [{ where: 'body.query', message: 'is required' }]); return problem(400, [{ message: 'GraphQL operations must contain a non-empty `query`', extensions: { code: 'BAD_REQUEST', type: 'graphql error' } }]); }
  const asGraphql = (errors, code) => errors.map((e) => ({ message: e.message, locations: e.locations, extensions: { code, type: 'graphql error', userError: true } }));
  let document;
  try { document = parse(body.query); } catch (err) { ctx.violation('request', [{ where: 'query', message: err.message }]); return problem(400, asGraphql([err], 'GRAPHQL_PARSE_FAILED')); }
  const errors = validate(schema, document, specifiedRules);
  if (errors.length) {
    ctx.violation('request', errors.map((e) => ({ where: 'query', message: e.message })));
    return problem(400, asGraphql(errors, 'GRAPHQL_VALIDATION_FAILED'));
  }
  const old = validate(schema, document, [NoDeprecatedCustomRule]);
  if (old.length) ctx.record.deprecated = old.map((e) => e.message);
  const result = await execute({ schema, document, variableValues: body.variables ?? {}, operationName: body.operationName, fieldResolver, typeResolver: (v) => v.__typename, contextValue: ctx });
  if (result.errors?.length) {
    // Variables that do not fit their types stop the operation before any field runs.
    if (result.data === undefined) { ctx.violation('request', result.errors.map((e) => ({ where: 'variables', message: e.message }))); return problem(400, asGraphql(result.errors, 'BAD_USER_INPUT')); }
    for (const e of result.errors) if (e.originalError && !(e.originalError instanceof GraphQLError)) { process.stderr.write(`linear: ${e.originalError.stack}\n`); ctx.violation('internal', [{ message: e.message }]); }
    for (const e of result.errors) if (e.extensions?.code === 'NOT_IMPLEMENTED') ctx.violation('request', [{ where: 'query', message: e.message }]);
  }
  return { json: JSON.parse(JSON.stringify(result)), headers: limits() };
}

const peer = await startPeer({
  name: 'linear', args, handle, seed, reset: fresh,
  contract: `Linear GraphQL schema, ${Object.keys(schema.getTypeMap()).length} types`,
  state: () => ({
    api_key: S.keys[0], organization: S.organization, deliveries: S.deliveries,
    teams: S.teams.map((t) => ({ id: t.id, key: t.key, states: S.states.filter((s) => s.team === t).map((s) => ({ id: s.id, name: s.name, type: s.type })) })),
    labels: S.labels.map((l) => ({ id: l.id, name: l.name, team: l.team?.key ?? null })),
    issues: S.issues.map((i) => ({ id: i.id, identifier: i.identifier, title: i.title, description: i.description, state: i.state.name, type: i.state.type, team: i.team.key, parent: i.parent?.identifier ?? null, labels: i.labels.map((l) => l.name), trashed: i.trashed, url: i.url })),
    attachments: S.attachments.map((a) => ({ id: a.id, issue: a.issue.identifier, url: a.url, title: a.title })), webhooks: S.webhooks.map(({ team, creator, ...w }) => w),
  }),
  control: {
    'POST /webhook': async (ctx, body) => ({ json: await sendWebhook(body) }),
    // A change made by a person in Linear's own interface.
    'POST /move': async (ctx, { issue, state }) => { const i = issueBy(issue); const s = S.states.find((x) => x.team === i.team && x.name === state); if (!s) throw new Error(`no state ${state}`); updateIssue(i.id, { stateId: s.id }); return { json: { ok: true } }; },
  },
  errorBody: (status, message) => (status === 429 || status === 400
    ? { json: { errors: [{ message: 'Rate limit exceeded', extensions: { type: 'ratelimited', code: 'RATELIMITED', statusCode: 429, userError: true, userPresentableMessage: 'Rate limit exceeded. Only 5000 requests are allowed per hour.' } }] } }
    : { json: { errors: [{ message, extensions: { type: 'internal error', code: 'INTERNAL_SERVER_ERROR' } }] } }),
});
peer.ready();
