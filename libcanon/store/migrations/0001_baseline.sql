-- The whole schema. Tenant tables begin with org_login (lower case) in every
-- key; look-up tables are found before the organisation is known. Times are
-- microseconds since 1970 (UTC), days are days since 1970; truth is 0 or 1.

CREATE TABLE repositories (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  id @ROWID@ NOT NULL,
  full_name @TEXT@ NOT NULL,
  owner @TEXT@ NOT NULL,
  name @TEXT@ NOT NULL,
  source @TEXT@ NOT NULL,
  installation_id BIGINT,
  github_id BIGINT,
  description @TEXT@ NOT NULL DEFAULT '',
  default_branch @TEXT@ NOT NULL DEFAULT 'main',
  indexed_commit @TEXT@ NOT NULL DEFAULT '',
  config @TEXT@,
  config_sha @TEXT@ NOT NULL DEFAULT '',
  config_diagnostics @TEXT@ NOT NULL DEFAULT '[]',
  archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
  synced_at BIGINT,
  @KEY@ (org_login, id)
);
CREATE UNIQUE INDEX repositories_name
  ON repositories (org_login, LOWER(full_name));

CREATE TABLE spec_documents (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  id @ROWID@ NOT NULL,
  repo_id BIGINT NOT NULL,
  repo @TEXT@ NOT NULL,
  path @TEXT@ NOT NULL,
  title @TEXT@ NOT NULL,
  status @TEXT@ NOT NULL,
  owner @TEXT@ NOT NULL,
  team @TEXT@ NOT NULL,
  review_status @TEXT@,
  ticket_project @TEXT@,
  doc_type @TEXT@ NOT NULL,
  is_spec INTEGER NOT NULL CHECK (is_spec IN (0, 1)),
  total_sections BIGINT NOT NULL DEFAULT 0,
  done_sections BIGINT NOT NULL DEFAULT 0,
  total_ac BIGINT NOT NULL DEFAULT 0,
  done_ac BIGINT NOT NULL DEFAULT 0,
  realized_ac BIGINT NOT NULL DEFAULT 0,
  last_doc_change_at BIGINT,
  last_code_change_at BIGINT,
  stale_since BIGINT,
  indexed_at BIGINT NOT NULL,
  parser_version INTEGER NOT NULL,
  blob_sha @TEXT@ NOT NULL,
  stamp @TEXT@ NOT NULL DEFAULT '',
  content_hash @TEXT@ NOT NULL,
  commit_sha @TEXT@ NOT NULL,
  tags @TEXT@ NOT NULL DEFAULT '[]',
  frontmatter @TEXT@ NOT NULL DEFAULT '{}',
  raw @TEXT@ NOT NULL,
  @KEY@ (org_login, id),
  UNIQUE (org_login, repo_id, path),
  FOREIGN KEY (org_login, repo_id) REFERENCES repositories (org_login, id)
    ON DELETE CASCADE
);
CREATE INDEX spec_documents_repo ON spec_documents (org_login, LOWER(repo));
-- lists, search and its facets read this index instead of the rows
CREATE INDEX spec_documents_list
  ON spec_documents (org_login, repo, path, status, team, review_status, id);
-- ... and coverage this one
CREATE INDEX spec_documents_figures
  ON spec_documents (org_login, is_spec, repo, team, total_sections,
    done_sections, total_ac, done_ac, realized_ac);

CREATE TABLE spec_document_tags (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  document_id BIGINT NOT NULL,
  tag @TEXT@ NOT NULL,
  PRIMARY KEY (org_login, document_id, tag),
  FOREIGN KEY (org_login, document_id)
    REFERENCES spec_documents (org_login, id) ON DELETE CASCADE
);
CREATE INDEX spec_document_tags_tag ON spec_document_tags (org_login, tag);

CREATE TABLE spec_sections (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  id @ROWID@ NOT NULL,
  document_id BIGINT NOT NULL,
  ord INTEGER NOT NULL,
  parent_ord INTEGER,
  section_id @TEXT@ NOT NULL,
  section_number @TEXT@,
  heading @TEXT@ NOT NULL,
  level INTEGER NOT NULL,
  body @TEXT@ NOT NULL,
  ac_text @TEXT@ NOT NULL,
  status @TEXT@ NOT NULL,
  blocked_by @TEXT@,
  delta @TEXT@,
  ticket_system @TEXT@ NOT NULL DEFAULT '',
  ticket_ref @TEXT@ NOT NULL DEFAULT '',
  start_line INTEGER NOT NULL,
  end_line INTEGER NOT NULL,
  total_ac INTEGER NOT NULL,
  done_ac INTEGER NOT NULL,
  @KEY@ (org_login, id),
  UNIQUE (org_login, document_id, ord),
  UNIQUE (org_login, document_id, section_id),
  FOREIGN KEY (org_login, document_id)
    REFERENCES spec_documents (org_login, id) ON DELETE CASCADE
);
CREATE INDEX spec_sections_open ON spec_sections (org_login, status, document_id)
  WHERE status IN ('todo', 'in_progress', 'blocked');

CREATE TABLE spec_acceptance_criteria (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  id @ROWID@ NOT NULL,
  section_row BIGINT NOT NULL,
  ord INTEGER NOT NULL,
  text @TEXT@ NOT NULL,
  norm @TEXT@ NOT NULL,
  checked INTEGER NOT NULL CHECK (checked IN (0, 1)),
  line INTEGER NOT NULL,
  strength @TEXT@,
  realized_inline INTEGER NOT NULL CHECK (realized_inline IN (0, 1)),
  @KEY@ (org_login, id),
  FOREIGN KEY (org_login, section_row)
    REFERENCES spec_sections (org_login, id) ON DELETE CASCADE
);
CREATE INDEX spec_acceptance_criteria_section
  ON spec_acceptance_criteria (org_login, section_row, ord);

-- The document is in the id: id / 1048576 is document_id and the remainder is
-- 0 for the document's own entry. What matches in the full-text index is so
-- grouped by document without reading rows.
CREATE TABLE search_entries (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  id @ROWID@ NOT NULL,
  document_id BIGINT NOT NULL,
  section_row BIGINT NOT NULL,
-- @postgresql
-- the words of title, heading and criteria; before the texts, because a column
-- is found by walking over those in front of it
  ranked TSVECTOR NOT NULL DEFAULT '',
-- @all
  title @TEXT@ NOT NULL,
  heading @TEXT@ NOT NULL,
  ac_text @TEXT@ NOT NULL,
  body @TEXT@ NOT NULL,
-- @postgresql
-- all words
  tsv TSVECTOR NOT NULL DEFAULT '',
-- PostgreSQL moves texts out of rows above 2 KB only. A search reads thousands
-- of rows, but not their texts, so blanks, which compress to nothing, make each
-- row such a one.
  filler TEXT NOT NULL GENERATED ALWAYS AS (REPEAT(' ', 2048)) STORED,
-- @all
  @KEY@ (org_login, id),
  UNIQUE (org_login, document_id, section_row),
  FOREIGN KEY (org_login, document_id)
    REFERENCES spec_documents (org_login, id) ON DELETE CASCADE
);
-- @postgresql
ALTER TABLE search_entries SET (toast_tuple_target = 128, parallel_workers = 0);
ALTER TABLE search_entries ALTER org_login SET STORAGE MAIN,
  ALTER title SET STORAGE MAIN, ALTER heading SET STORAGE MAIN,
  ALTER ranked SET STORAGE MAIN, ALTER filler SET STORAGE MAIN,
  ALTER ac_text SET STORAGE EXTERNAL, ALTER body SET STORAGE EXTERNAL,
  ALTER tsv SET STORAGE EXTERNAL;
CREATE INDEX search_entries_tsv ON search_entries USING GIN (tsv);
-- ANALYZE reads a sample of what is wide only where a plan depends on it
ALTER TABLE spec_documents ALTER raw SET STATISTICS 0,
  ALTER frontmatter SET STATISTICS 0, ALTER tags SET STATISTICS 0;
ALTER TABLE spec_sections ALTER body SET STATISTICS 0,
  ALTER ac_text SET STATISTICS 0;
ALTER TABLE search_entries ALTER org_login SET STATISTICS 20,
  ALTER id SET STATISTICS 20, ALTER document_id SET STATISTICS 20,
  ALTER section_row SET STATISTICS 20, ALTER tsv SET STATISTICS 20,
  ALTER title SET STATISTICS 0, ALTER heading SET STATISTICS 0,
  ALTER ac_text SET STATISTICS 0, ALTER body SET STATISTICS 0,
  ALTER ranked SET STATISTICS 0, ALTER filler SET STATISTICS 0;
-- @sqlite
CREATE VIRTUAL TABLE search_fts USING fts5 (
  title, heading, ac_text, body,
  content = 'search_entries', content_rowid = 'id', tokenize = 'canon'
);
INSERT INTO search_fts (search_fts, rank)
  VALUES ('rank', 'canon_rank(4.0, 4.0, 2.0, 1.0)');
-- a full load collects its words in memory
INSERT INTO search_fts (search_fts, rank) VALUES ('hashsize', 67108864);
-- @all

-- The title and headings of a document in lower case, a line each: the
-- remainder of the entry's id, a tab, the text. Parts of words are looked for
-- in these few rows.
CREATE TABLE search_headings (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  document_id BIGINT NOT NULL,
  lines @TEXT@ NOT NULL,
  PRIMARY KEY (org_login, document_id),
  FOREIGN KEY (org_login, document_id)
    REFERENCES spec_documents (org_login, id) ON DELETE CASCADE
);

CREATE TABLE realization_evidence (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  id @ROWID@ NOT NULL,
  repo @TEXT@ NOT NULL,
  spec_path @TEXT@ NOT NULL,
  section_id @TEXT@ NOT NULL,
  ac_text @TEXT@ NOT NULL,
  ac_norm @TEXT@ NOT NULL,
  ac_hash @TEXT@ NOT NULL,
  status @TEXT@ NOT NULL DEFAULT 'not_addressed',
  pr_number BIGINT NOT NULL DEFAULT 0,
  pr_url @TEXT@ NOT NULL DEFAULT '',
  evidence_files @TEXT@ NOT NULL DEFAULT '[]',
  head_sha @TEXT@ NOT NULL DEFAULT '',
  merged_at BIGINT,
  assessed_at BIGINT NOT NULL,
  @KEY@ (org_login, id),
  UNIQUE (org_login, repo, spec_path, section_id, ac_hash, pr_number)
);
CREATE INDEX realization_evidence_repo
  ON realization_evidence (org_login, LOWER(repo));

CREATE TABLE coverage_snapshots (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  snapshot_day INTEGER NOT NULL,
  repo @TEXT@ NOT NULL,
  spec_path @TEXT@ NOT NULL,
  team @TEXT@ NOT NULL DEFAULT '',
  total_sections BIGINT NOT NULL DEFAULT 0,
  done_sections BIGINT NOT NULL DEFAULT 0,
  total_ac BIGINT NOT NULL DEFAULT 0,
  done_ac BIGINT NOT NULL DEFAULT 0,
  realized_ac BIGINT NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (org_login, snapshot_day, repo, spec_path)
);
CREATE INDEX coverage_snapshots_repo
  ON coverage_snapshots (org_login, LOWER(repo));

-- What the snapshots of each day add up to, documents that were missed carried
-- forward; repo '' and team '' is the whole organisation.
CREATE TABLE coverage_days (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  repo @TEXT@ NOT NULL,
  team @TEXT@ NOT NULL,
  snapshot_day INTEGER NOT NULL,
  total_specs BIGINT NOT NULL,
  total_sections BIGINT NOT NULL,
  done_sections BIGINT NOT NULL,
  total_ac BIGINT NOT NULL,
  done_ac BIGINT NOT NULL,
  realized_ac BIGINT NOT NULL,
  PRIMARY KEY (org_login, repo, team, snapshot_day)
);
CREATE INDEX coverage_days_day ON coverage_days (org_login, snapshot_day);
CREATE INDEX coverage_days_repo ON coverage_days (org_login, LOWER(repo));

CREATE TABLE agent_events (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  id @ROWID@ NOT NULL,
  repo @TEXT@ NOT NULL,
  event_type @TEXT@ NOT NULL,
  pr_number BIGINT,
  issue_number BIGINT,
  actor @TEXT@ NOT NULL DEFAULT '',
  detail @TEXT@ NOT NULL DEFAULT '{}',
  created_at BIGINT NOT NULL,
  @KEY@ (org_login, id)
);
CREATE INDEX agent_events_type
  ON agent_events (org_login, event_type, created_at);
CREATE INDEX agent_events_pr ON agent_events (org_login, pr_number)
  WHERE pr_number IS NOT NULL;
CREATE INDEX agent_events_repo ON agent_events (org_login, LOWER(repo));

CREATE TABLE index_jobs (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  id @ROWID@ NOT NULL,
  installation_id BIGINT,
  repo @TEXT@ NOT NULL,
  status @TEXT@ NOT NULL DEFAULT 'pending',
  started_at BIGINT,
  completed_at BIGINT,
  specs_indexed BIGINT NOT NULL DEFAULT 0,
  errors BIGINT NOT NULL DEFAULT 0,
  error_message @TEXT@ NOT NULL DEFAULT '',
  @KEY@ (org_login, id)
);
CREATE INDEX index_jobs_status ON index_jobs (org_login, status);
CREATE INDEX index_jobs_repo ON index_jobs (org_login, LOWER(repo));

CREATE TABLE own_commits (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  repo @TEXT@ NOT NULL,
  sha @TEXT@ NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (org_login, repo, sha)
);
CREATE INDEX own_commits_repo ON own_commits (org_login, LOWER(repo));

CREATE TABLE org_members (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  user_id BIGINT NOT NULL,
  role @TEXT@ NOT NULL,
  assigned_by @TEXT@ NOT NULL,
  assigned_at BIGINT NOT NULL,
  PRIMARY KEY (org_login, user_id)
);

CREATE TABLE subscriptions (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  stripe_customer_id @TEXT@,
  stripe_subscription_id @TEXT@,
  plan @TEXT@,
  billing_cycle @TEXT@,
  status @TEXT@ NOT NULL
    CHECK (status IN ('none', 'active', 'past_due', 'canceled', 'trialing')),
  stripe_status @TEXT@,
  seat_count INTEGER NOT NULL DEFAULT 3 CHECK (seat_count >= 0),
  current_period_start BIGINT,
  current_period_end BIGINT,
  trial_start BIGINT,
  trial_end BIGINT,
  cancel_at BIGINT,
  past_due_since BIGINT,
  cancel_at_period_end INTEGER NOT NULL DEFAULT 0
    CHECK (cancel_at_period_end IN (0, 1)),
  trial_used INTEGER NOT NULL DEFAULT 0 CHECK (trial_used IN (0, 1)),
  clock BIGINT,
  clock_rank BIGINT,
  pay_clock BIGINT,
  latest_invoice @TEXT@,
  version BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (org_login)
);
CREATE INDEX subscriptions_customer ON subscriptions (stripe_customer_id);
CREATE INDEX subscriptions_stripe ON subscriptions (stripe_subscription_id);

CREATE TABLE dead_subscriptions (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  stripe_subscription_id @TEXT@ NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (org_login, stripe_subscription_id)
);

CREATE TABLE seat_activity (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  user_login @TEXT@ NOT NULL,
  activity_type @TEXT@ NOT NULL,
  day INTEGER NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (org_login, user_login, activity_type, day)
);

CREATE TABLE ai_op_usage (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  id @ROWID@ NOT NULL,
  op_key @TEXT@ NOT NULL,
  op_type @TEXT@ NOT NULL,
  user_login @TEXT@ NOT NULL DEFAULT '',
  repo @TEXT@ NOT NULL DEFAULT '',
  byok INTEGER NOT NULL DEFAULT 0 CHECK (byok IN (0, 1)),
  model @TEXT@ NOT NULL DEFAULT '',
  input_tokens BIGINT,
  output_tokens BIGINT,
  duration_ms BIGINT,
  result @TEXT@ NOT NULL DEFAULT '',
  recorded_at BIGINT NOT NULL,
  @KEY@ (org_login, id),
  UNIQUE (org_login, op_key)
);
CREATE INDEX ai_op_usage_time ON ai_op_usage (org_login, recorded_at);
CREATE INDEX ai_op_usage_repo ON ai_op_usage (org_login, LOWER(repo));

CREATE TABLE ai_op_monthly_summary (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  period_start BIGINT NOT NULL,
  period_end BIGINT NOT NULL,
  ops_used BIGINT NOT NULL DEFAULT 0,
  ops_included BIGINT NOT NULL DEFAULT 0,
  overage_billed INTEGER NOT NULL DEFAULT 0 CHECK (overage_billed IN (0, 1)),
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (org_login, period_start)
);

CREATE TABLE anthropic_keys (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  encrypted_key @TEXT@ NOT NULL,
  key_suffix @TEXT@ NOT NULL,
  status @TEXT@ NOT NULL CHECK (status IN ('active', 'invalid')),
  last_validated_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (org_login)
);

CREATE TABLE ticket_links (
  org_login @TEXT@ NOT NULL CHECK (org_login = LOWER(org_login)),
  id @ROWID@ NOT NULL,
  repo @TEXT@ NOT NULL,
  path @TEXT@ NOT NULL,
  section_id @TEXT@ NOT NULL,
  section_number @TEXT@,
  section_key @TEXT@ NOT NULL,
  target @TEXT@ NOT NULL,
  system @TEXT@ NOT NULL,
  connection_id BIGINT,
  ticket_id @TEXT@ NOT NULL,
  ticket_key @TEXT@ NOT NULL,
  ticket_native_id @TEXT@ NOT NULL,
  ticket_url @TEXT@ NOT NULL,
  fingerprint @TEXT@ NOT NULL,
  intent_id @TEXT@ NOT NULL,
  text_hash @TEXT@ NOT NULL,
  state @TEXT@ NOT NULL CHECK (state IN ('creating', 'linked', 'written',
    'broken', 'orphaned', 'suspended')),
  is_primary INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
  base_state @TEXT@ NOT NULL,
  base_raw @TEXT@ NOT NULL,
  ticket_updated_at BIGINT,
  last_checked_at BIGINT,
  suspended_until BIGINT,
  change_count BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  @KEY@ (org_login, id),
  UNIQUE (org_login, repo, path, section_key, target)
);
CREATE INDEX ticket_links_key ON ticket_links (org_login, system, ticket_key);
CREATE INDEX ticket_links_repo ON ticket_links (org_login, LOWER(repo));

-- Look-up tables.

CREATE TABLE gh_installations (
  id @ID@,
  installation_id BIGINT NOT NULL UNIQUE,
  org_login @TEXT@ NOT NULL,
  org_id BIGINT NOT NULL DEFAULT 0,
  app_id @TEXT@ NOT NULL DEFAULT '',
  status @TEXT@ NOT NULL DEFAULT 'active'
    CHECK (status IN ('active', 'suspended', 'removed')),
  installed_at BIGINT NOT NULL,
  last_indexed_at BIGINT,
  repos_count BIGINT NOT NULL DEFAULT 0,
  oidc_org_id @TEXT@ NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX gh_installations_active
  ON gh_installations (LOWER(org_login)) WHERE status = 'active';
CREATE INDEX gh_installations_oidc ON gh_installations (oidc_org_id)
  WHERE oidc_org_id <> '';

CREATE TABLE users (
  id @ID@,
  oidc_sub @TEXT@ NOT NULL UNIQUE,
  email @TEXT@ NOT NULL DEFAULT '',
  name @TEXT@ NOT NULL DEFAULT '',
  picture @TEXT@ NOT NULL DEFAULT '',
  role @TEXT@ NOT NULL DEFAULT 'viewer',
  status @TEXT@ NOT NULL DEFAULT 'active'
    CHECK (status IN ('active', 'deactivated')),
  created_at BIGINT NOT NULL,
  last_login_at BIGINT NOT NULL
);
CREATE INDEX users_email ON users (email);

CREATE TABLE api_keys (
  id @ID@,
  key_hash @TEXT@ NOT NULL UNIQUE,
  key_prefix @TEXT@ NOT NULL,
  label @TEXT@ NOT NULL DEFAULT '',
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  org_login @TEXT@ NOT NULL,
  scopes @TEXT@ NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  revoked_at BIGINT,
  last_used_at BIGINT
);
CREATE INDEX api_keys_user ON api_keys (user_id, org_login);

CREATE TABLE sessions (
  id @TEXT@ PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  org_login @TEXT@ NOT NULL,
  device_label @TEXT@ NOT NULL DEFAULT '',
  refresh_hash @TEXT@ NOT NULL UNIQUE,
  prev_refresh_hash @TEXT@,
  rotated_at BIGINT,
  refreshing_until BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX sessions_previous ON sessions (prev_refresh_hash);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE web_sessions (
  sid_hash @TEXT@ PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  org_login @TEXT@ NOT NULL,
  data @TEXT@ NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  idle_expires_at BIGINT NOT NULL,
  abs_expires_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX web_sessions_user ON web_sessions (user_id);

CREATE TABLE ticket_connections (
  id @ID@,
  org_login @TEXT@ NOT NULL,
  system @TEXT@ NOT NULL,
  conn_key @TEXT@ NOT NULL UNIQUE,
  label @TEXT@ NOT NULL,
  site @TEXT@ NOT NULL,
  secret @TEXT@ NOT NULL,
  webhook_secret @TEXT@,
  state @TEXT@ NOT NULL CHECK (state IN ('active', 'auth_failed', 'disabled')),
  not_before BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX ticket_connections_org ON ticket_connections (org_login, system);

CREATE TABLE asana_webhooks (
  id @ID@,
  hook_key @TEXT@ NOT NULL UNIQUE,
  org_login @TEXT@ NOT NULL,
  connection_id BIGINT NOT NULL,
  project_gid @TEXT@ NOT NULL,
  webhook_gid @TEXT@,
  state @TEXT@ NOT NULL CHECK (state IN ('pending', 'active', 'dead')),
  secret @TEXT@,
  last_contact_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX asana_webhooks_org ON asana_webhooks (org_login);

CREATE TABLE billing_events (
  id @ID@,
  org_login @TEXT@,
  stripe_event_id @TEXT@ NOT NULL UNIQUE,
  event_type @TEXT@ NOT NULL,
  payload @TEXT@ NOT NULL,
  created BIGINT NOT NULL,
  status @TEXT@ NOT NULL DEFAULT 'processing',
  result @TEXT@ NOT NULL DEFAULT '',
  processed_at BIGINT
);

CREATE TABLE billing_outbox (
  id @ID@,
  org_login @TEXT@,
  kind @TEXT@ NOT NULL,
  payload @TEXT@ NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT,
  attempts INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX billing_outbox_open ON billing_outbox (id) WHERE sent_at IS NULL;

CREATE TABLE webhook_deliveries (
  id @ID@,
  source @TEXT@ NOT NULL,
  delivery_id @TEXT@ NOT NULL,
  body_sha256 @TEXT@ NOT NULL,
  event @TEXT@ NOT NULL,
  action @TEXT@ NOT NULL,
  org_login @TEXT@ NOT NULL DEFAULT '',
  installation_id BIGINT,
  payload @TEXT@ NOT NULL,
  state @TEXT@ NOT NULL
    CHECK (state IN ('waiting', 'ready', 'running', 'done', 'dead')),
  error @TEXT@ NOT NULL DEFAULT '',
  received_at BIGINT NOT NULL,
  finished_at BIGINT,
  UNIQUE (source, delivery_id)
);
CREATE UNIQUE INDEX webhook_deliveries_body
  ON webhook_deliveries (source, body_sha256) WHERE body_sha256 <> '';

CREATE TABLE jobs (
  id @ID@,
  kind @TEXT@ NOT NULL,
  org_login @TEXT@ NOT NULL DEFAULT '',
  dedupe_key @TEXT@,
  lane @TEXT@ NOT NULL DEFAULT '',
  payload @TEXT@ NOT NULL,
  state @TEXT@ NOT NULL CHECK (state IN ('ready', 'running', 'done', 'dead')),
  attempts INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL DEFAULT 12,
  run_after BIGINT NOT NULL,
  locked_until BIGINT,
  locked_by @TEXT@ NOT NULL DEFAULT '',
  last_error @TEXT@ NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT
);
CREATE UNIQUE INDEX jobs_dedupe ON jobs (dedupe_key)
  WHERE dedupe_key IS NOT NULL AND state = 'ready';
CREATE INDEX jobs_due ON jobs (run_after, id)
  WHERE state IN ('ready', 'running');
CREATE UNIQUE INDEX jobs_lane ON jobs (lane)
  WHERE state = 'running' AND lane <> '';
CREATE INDEX jobs_finished ON jobs (finished_at)
  WHERE state IN ('done', 'dead');

CREATE TABLE schedules (
  name @TEXT@ PRIMARY KEY,
  last_slot BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE locks (
  name @TEXT@ PRIMARY KEY,
  n BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE enterprise_contacts (
  id @ID@,
  name @TEXT@ NOT NULL,
  email @TEXT@ NOT NULL,
  company @TEXT@ NOT NULL,
  team_size @TEXT@ NOT NULL,
  message @TEXT@,
  created_at BIGINT NOT NULL
);

CREATE TABLE waitlist_signups (
  email @TEXT@ PRIMARY KEY,
  source @TEXT@ NOT NULL DEFAULT 'landing_page',
  created_at BIGINT NOT NULL
);
