// Rebuilds the trimmed contract files in data/ from the vendors' full documents.
//   node tools/trim-specs.mjs github SOURCE.json   (package @octokit/openapi, generated/api.github.com.json)
//   node tools/trim-specs.mjs jira   SOURCE.json   (Jira Cloud platform, swagger-v3.v3.json)
//   node tools/trim-specs.mjs asana  SOURCE.yaml   (Asana, defs/asana_oas.yaml)
//   node tools/trim-specs.mjs linear SOURCE.graphql (package source of @linear/sdk, src/schema.graphql)
//   node tools/trim-specs.mjs adf    SOURCE.json   (package @atlaskit/adf-schema, dist/json-schema/v1/full.json)
// Only the paths named below are kept, with everything they refer to; prose and examples are dropped.
import fs from 'node:fs';
import path from 'node:path';
import crypto from 'node:crypto';
import YAML from 'yaml';
import { buildSchema, printSchema } from 'graphql';
import { contractFolder } from '../lib/contracts.mjs';

const data = contractFolder;
const R = '/repos/{owner}/{repo}';

const KEEP = {
  github: [
    '/app', '/app/installations', '/app/installations/{installation_id}', '/app/installations/{installation_id}/access_tokens',
    '/installation/repositories', '/installation/token', '/rate_limit', '/user', '/user/orgs', '/user/repos', '/user/installations',
    '/user/installations/{installation_id}/repositories', '/orgs/{org}', '/orgs/{org}/installation', '/orgs/{org}/repos',
    '/search/issues', '/search/code',
    R, `${R}/installation`, `${R}/branches`, `${R}/branches/{branch}`, `${R}/contents/{path}`, `${R}/tarball/{ref}`,
    `${R}/git/trees`, `${R}/git/trees/{tree_sha}`, `${R}/git/blobs`, `${R}/git/blobs/{file_sha}`, `${R}/git/commits`,
    `${R}/git/commits/{commit_sha}`, `${R}/git/ref/{ref}`, `${R}/git/refs`, `${R}/git/refs/{ref}`, `${R}/git/matching-refs/{ref}`,
    `${R}/commits`, `${R}/commits/{ref}`, `${R}/compare/{basehead}`, `${R}/commits/{ref}/check-runs`, `${R}/check-runs`,
    `${R}/check-runs/{check_run_id}`, `${R}/statuses/{sha}`, `${R}/pulls`, `${R}/pulls/{pull_number}`, `${R}/pulls/{pull_number}/files`,
    `${R}/pulls/{pull_number}/reviews`, `${R}/pulls/{pull_number}/merge`, `${R}/issues`, `${R}/issues/{issue_number}`,
    `${R}/issues/{issue_number}/comments`, `${R}/issues/comments/{comment_id}`, `${R}/issues/{issue_number}/labels`,
    `${R}/labels`, `${R}/labels/{name}`, `${R}/collaborators/{username}/permission`,
  ],
  jira: [
    '/rest/api/3/issue', '/rest/api/3/issue/{issueIdOrKey}', '/rest/api/3/issue/{issueIdOrKey}/transitions',
    '/rest/api/3/issue/{issueIdOrKey}/remotelink', '/rest/api/3/issue/{issueIdOrKey}/comment', '/rest/api/3/search',
    '/rest/api/3/search/jql', '/rest/api/3/myself', '/rest/api/3/serverInfo', '/rest/api/3/project/{projectIdOrKey}',
    '/rest/api/3/project/{projectIdOrKey}/statuses', '/rest/api/3/issue/createmeta/{projectIdOrKey}/issuetypes',
    '/rest/api/3/status', '/rest/api/3/field', '/rest/api/3/issueLink', '/rest/api/3/bulk/issues/transition', '/rest/api/3/issue/bulkfetch',
  ],
  asana: [
    '/tasks', '/tasks/{task_gid}', '/tasks/{task_gid}/stories', '/tasks/{task_gid}/addProject', '/tasks/{task_gid}/subtasks',
    '/tasks/{task_gid}/addTag', '/tasks/{task_gid}/setParent', '/projects/{project_gid}', '/projects/{project_gid}/tasks', '/projects/{project_gid}/sections',
    '/sections/{section_gid}', '/sections/{section_gid}/addTask', '/sections/{section_gid}/tasks', '/users/{user_gid}', '/workspaces', '/workspaces/{workspace_gid}/projects',
    '/workspaces/{workspace_gid}/typeahead', '/workspaces/{workspace_gid}/tasks/search', '/webhooks', '/webhooks/{webhook_gid}', '/projects', '/tasks/{task_gid}/attachments', '/attachments',
  ],
};

function strip(node, isMap = false) {
  if (Array.isArray(node)) return node.map((n) => strip(n));
  if (node === null || typeof node !== 'object') return node;
  const out = {};
  for (const [key, value] of Object.entries(node)) {
    if (!isMap && (['description', 'example', 'examples', 'externalDocs', 'summary', 'tags', 'title', 'xml', 'security', 'servers'].includes(key) || key.startsWith('x-'))) continue;
    out[key] = ['enum', 'const', 'required', 'default'].includes(key) && !isMap ? value
      : strip(value, !isMap && ['properties', 'patternProperties', 'schemas', 'responses', 'parameters'].includes(key) && !Array.isArray(value));
  }
  return out;
}

function trimOpenApi(kind, doc) {
  const out = { openapi: doc.openapi, info: { title: doc.info.title, version: doc.info.version, license: doc.info.license }, paths: {}, components: {} };
  const add = (ref) => {
    const [, , section, name] = ref.split('/');
    out.components[section] ??= {};
    if (out.components[section][name]) return;
    out.components[section][name] = strip(doc.components[section][decodeURIComponent(name)]);
    walk(out.components[section][name]);
  };
  const walk = (node) => {
    if (Array.isArray(node)) node.forEach(walk);
    else if (node && typeof node === 'object') {
      if (typeof node.$ref === 'string' && node.$ref.startsWith('#/components/')) add(node.$ref);
      Object.values(node).forEach(walk);
    }
  };
  for (const p of KEEP[kind]) {
    if (!doc.paths[p]) { process.stderr.write(`${kind}: no ${p}\n`); continue; }
    out.paths[p] = strip(doc.paths[p]);
    walk(out.paths[p]);
  }
  return out;
}

const [kind, source] = process.argv.slice(2);
if (!kind || !source) { process.stderr.write('usage: trim-specs.mjs KIND SOURCE\n'); process.exit(2); }
const raw = fs.readFileSync(source);
const sha256 = crypto.createHash('sha256').update(raw).digest('hex');
const text = raw.toString('utf8');

if (kind === 'linear') {
  const printed = printSchema(buildSchema(text, { assumeValidSDL: true }));
  const lean = printed.replace(/^[ \t]*"""[\s\S]*?"""[ \t]*\n/gm, '').replace(/\n{2,}/g, '\n').replace(/^ {2}/gm, ' ');
  buildSchema(lean);
  fs.writeFileSync(path.join(data, 'linear.graphql'), `# Linear's GraphQL schema without its prose. Source sha256 ${sha256}. MIT licence, (c) Linear.\n${lean}`);
} else if (kind === 'adf') {
  fs.writeFileSync(path.join(data, 'adf.json'), `${JSON.stringify({ 'x-source-sha256': sha256, ...JSON.parse(text) })}\n`);
} else {
  const doc = source.endsWith('.json') ? JSON.parse(text) : YAML.parse(text, { maxAliasCount: -1, merge: true });
  const out = trimOpenApi(kind, doc);
  out.info['x-source-sha256'] = sha256;
  fs.writeFileSync(path.join(data, `${kind}.json`), `${JSON.stringify(out)}\n`);
}
process.stdout.write(`${kind}: written\n`);
