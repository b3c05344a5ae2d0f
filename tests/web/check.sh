#!/bin/sh
# The types of the API are made of openapi.yaml, and everything fits them.
set -eu
npm run --silent types
npm run --silent check
