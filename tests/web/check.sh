#!/bin/sh
# The types of the API are those of openapi.yaml, and everything fits them.
set -eu
before=$(cat src/api/schema.d.ts 2>/dev/null || true)
npm run --silent types
if [ -n "$before" ] && [ "$before" != "$(cat src/api/schema.d.ts)" ]; then
  echo "src/api/schema.d.ts was older than openapi.yaml: commit the new one"
  exit 1
fi
npm run --silent check
