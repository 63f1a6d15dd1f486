#!/usr/bin/env bash
# Runs one command of migrate-prod with the options that the environment names. What is empty was not given.
set -euo pipefail

command=$1
options=()
add() { if [ -n "$2" ]; then options+=("$1" "$2"); fi; }

case $command in
  check)
    add --base "${BASE:-}"
    ;;
  plan)
    add --target "${TARGET:-}"
    add --env-file "${ENV_FILE:-}"
    add --rows "${ROWS:-}"
    options+=(--format markdown)
    ;;
  apply)
    add --target "${TARGET:-}"
    add --env-file "${ENV_FILE:-}"
    add --rows "${ROWS:-}"
    add --plan "${PLAN:-}"
    add --allow "${ALLOW:-}"
    add --backup "${BACKUP:-}"
    options+=(--yes)
    ;;
esac

# An empty variable is one that nobody set.
if [ -z "${TURSO_DATABASE_URL:-}" ]; then unset TURSO_DATABASE_URL; fi
if [ -z "${TURSO_AUTH_TOKEN:-}" ]; then unset TURSO_AUTH_TOKEN; fi

start=()
if [ -n "${RUN_WITH:-}" ]; then
  read -ra start <<< "$RUN_WITH"
  start+=(migrate-prod)
else
  # Never npx: for a package that is not there it would ask the registry.
  folder=$PWD
  while [ ! -e "$folder/node_modules/.bin/migrate-prod" ] && [ "$folder" != "$(dirname "$folder")" ]; do
    folder=$(dirname "$folder")
  done
  if [ ! -e "$folder/node_modules/.bin/migrate-prod" ]; then
    echo '::error::migrate-prod is not installed here: add it to package.json, and install before this step.'
    exit 2
  fi
  start=("$folder/node_modules/.bin/migrate-prod")
fi

if [ "$command" != plan ]; then exec "${start[@]}" "$command" ${options[@]+"${options[@]}"}; fi

rm -f "$PLAN_FILE"
if [ "${WITHOUT_SECRETS:-}" = true ] && [ -z "${TURSO_DATABASE_URL:-}" ] && [ -z "${ENV_FILE:-}" ]; then
  echo '::notice::No plan: GitHub gives no secrets to the runs of this pull request. The migrations were checked without a database.'
  exit 0
fi
"${start[@]}" plan ${options[@]+"${options[@]}"} > "$PLAN_FILE"
