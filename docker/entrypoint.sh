#!/bin/sh
# Arguments are a command of deploy-queue. Without any it is the heartbeat sidecar when DEPLOY_QUEUE_HEARTBEAT_URL is
# set, else the background worker.
set -eu
if [ $# -gt 0 ]; then
  exec deploy-queue "$@"
elif [ -n "${DEPLOY_QUEUE_HEARTBEAT_URL:-}" ]; then
  exec deploy-queue heartbeat url "$DEPLOY_QUEUE_HEARTBEAT_URL" --wait-timeout "${DEPLOY_QUEUE_HEARTBEAT_WAIT:-5m}"
else
  exec deploy-queue worker
fi
