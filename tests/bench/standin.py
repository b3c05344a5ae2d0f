"""The usual Python service, as the other side of F10.

FastAPI and asyncpg with the statements of libcanon/store on the database that
canond has filled: one document, the dashboard, coverage. It is given every
advantage: no transaction, no log-in, the text of a document as it is stored,
neither parsed nor rendered, and answers that skip FastAPI's own encoder.

    DATABASE_URL=postgresql://... uvicorn standin:app
"""
import contextlib
import json
import os
import time

import asyncpg
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

DAY = 86400
REPO = ("SELECT id, org_login, full_name, owner, name, source, description,"
        " default_branch, indexed_commit, config, config_sha,"
        " config_diagnostics, synced_at FROM repositories WHERE org_login = $1")
DOC = ("id, repo_id, repo, path, title, status, owner, team, review_status,"
       " doc_type, tags, is_spec, total_sections, done_sections, total_ac,"
       " done_ac, realized_ac, last_doc_change_at, last_code_change_at,"
       " stale_since, indexed_at")
FULL = (f"SELECT {DOC}, blob_sha, stamp, content_hash, commit_sha,"
        " frontmatter, raw FROM spec_documents WHERE org_login = $1"
        " AND repo_id = $2 AND path = $3")
LIST = (f"SELECT {DOC} FROM spec_documents WHERE org_login = $1"
        " ORDER BY repo_id, path")
SUMS = ("COUNT(*)::bigint, SUM(total_sections)::bigint,"
        " SUM(done_sections)::bigint, SUM(total_ac)::bigint,"
        " SUM(done_ac)::bigint, SUM(realized_ac)::bigint")
STORED = ("WITH c AS (SELECT repo, team, deleted, total_sections,"
          " done_sections, total_ac, done_ac, realized_ac, ROW_NUMBER() OVER"
          " (PARTITION BY repo, spec_path ORDER BY snapshot_day DESC) AS n"
          " FROM coverage_snapshots WHERE org_login = $1"
          " AND snapshot_day > $2 - 30 AND snapshot_day <= $2)"
          f" SELECT repo, team, {SUMS} FROM c WHERE n = 1 AND deleted = 0"
          " GROUP BY repo, team ORDER BY repo, team")
LIVE = (f"SELECT repo, team, {SUMS} FROM spec_documents WHERE org_login = $1"
        " AND is_spec = 1 GROUP BY repo, team ORDER BY repo, team")
TREND = ("WITH c AS (SELECT * FROM coverage_snapshots WHERE org_login = $1"
         " AND snapshot_day > $2 - 30 AND snapshot_day <= $3),"
         " days AS (SELECT DISTINCT snapshot_day FROM c"
         " WHERE snapshot_day > $2),"
         " pick AS (SELECT days.snapshot_day AS d, c.total_sections,"
         " c.done_sections, c.total_ac, c.done_ac, c.realized_ac, c.deleted,"
         " ROW_NUMBER() OVER (PARTITION BY days.snapshot_day, c.repo,"
         " c.spec_path ORDER BY c.snapshot_day DESC) AS n"
         " FROM days JOIN c ON c.snapshot_day <= days.snapshot_day"
         " AND c.snapshot_day > days.snapshot_day - 30)"
         f" SELECT d, {SUMS} FROM pick WHERE n = 1 AND deleted = 0"
         " GROUP BY d ORDER BY d")


@contextlib.asynccontextmanager
async def lifespan(running):
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=4,
                                   max_size=16) as pool:
        running.state.pool = pool
        yield

app = FastAPI(lifespan=lifespan)


@app.get("/app/{org}/api/specs/{owner}/{repo}/{path:path}")
async def document(request: Request, org: str, owner: str, repo: str,
                   path: str):
    async with request.app.state.pool.acquire() as db:
        its = await db.fetchrow(REPO + " AND LOWER(full_name) = LOWER($2)",
                                org, f"{owner}/{repo}")
        doc = its and await db.fetchrow(FULL, org, its["id"], path)
    if not doc:
        return JSONResponse({"detail": "Spec not found"}, 404)
    return JSONResponse({**doc, "repo_owner": owner, "repo_name": repo,
                         "config": its["config"]})


@app.get("/app/{org}/api/dashboard")
async def dashboard(request: Request, org: str):
    async with request.app.state.pool.acquire() as db:
        repos = await db.fetch(REPO + " ORDER BY LOWER(full_name), id", org)
        docs = await db.fetch(LIST, org)
    by_repo = {r["id"]: {**r, "specs": []} for r in repos}
    for d in docs:
        by_repo[d["repo_id"]]["specs"].append(
            {**d, "tags": json.loads(d["tags"])})
    return JSONResponse({"org": org, "repos": list(by_repo.values()),
                         "total_specs": len(docs)})


@app.get("/app/{org}/api/coverage")
async def coverage(request: Request, org: str):
    today = int(time.time()) // DAY
    async with request.app.state.pool.acquire() as db:
        rows = await db.fetch(STORED, org, today) or await db.fetch(LIVE, org)
        trend = await db.fetch(TREND, org, today - 30, today)
    total, repos, teams = [0] * 6, {}, {}
    for repo, team, *figures in rows:
        for sums in (total, repos.setdefault(repo, [0] * 6),
                     teams.setdefault(team, [0] * 6)):
            for i, figure in enumerate(figures):
                sums[i] += figure
    return JSONResponse({"totals": total, "repos": repos, "teams": teams,
                         "trend": [list(point) for point in trend]})
