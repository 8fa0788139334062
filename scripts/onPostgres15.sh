#!/usr/bin/env bash
# Runs a command with a server of Debian's PostgreSQL 15 for the tests, where that is installed: onPostgres15.sh vitest run tests/sql.
set -euo pipefail

programs=/usr/lib/postgresql/15/bin
if [ ! -x "$programs/postgres" ]; then
  echo "PostgreSQL 15 is not installed in $programs: its tests are left out"
  exit
fi
home=$(mktemp -d)
trap 'code=$?; stop; rm -rf "$home"; exit $code' EXIT

# It refuses root, and a directory that its user may not read.
as_its_user() { (cd / && if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi) >/dev/null; }
stop() { if [ -f "$home/data/postmaster.pid" ]; then as_its_user "$programs/pg_ctl" -D "$home/data" -m immediate stop; fi; }

if [ "$(id -u)" = 0 ]; then chown nobody "$home"; fi
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
as_its_user "$programs/initdb" -D "$home/data" -U postgres -A trust -E UTF8 --locale=C
as_its_user "$programs/pg_ctl" -D "$home/data" -l "$home/log" -w -o \
  "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c max_connections=300 -c max_prepared_transactions=2 -c fsync=off -c full_page_writes=off -c synchronous_commit=off" start
DEPLOY_QUEUE_TEST_SERVER=postgres://postgres@127.0.0.1:$port/postgres "$@"
