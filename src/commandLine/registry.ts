import type { CommandClass } from "clipanion";

/** Every command by its path, in the order of the help. Only those that a command line may mean are loaded. */
const modules: Readonly<Record<string, () => Promise<Readonly<Record<string, CommandClass>>>>> = {
  start: () => import("../commands/start.js"),
  reserve: () => import("../commands/reserve.js"),
  run: () => import("../commands/run.js"),
  finish: () => import("../commands/finish.js"),
  fail: () => import("../commands/fail.js"),
  assert: () => import("../commands/assert.js"),
  info: () => import("../commands/info.js"),
  status: () => import("../commands/status.js"),
  history: () => import("../commands/history.js"),
  explain: () => import("../commands/explain.js"),
  bump: () => import("../commands/bump.js"),
  stage: () => import("../commands/stage.js"),
  release: () => import("../commands/release.js"),
  purge: () => import("../commands/purge.js"),
  confirm: () => import("../commands/confirm.js"),
  freeze: () => import("../commands/freeze.js"),
  thaw: () => import("../commands/thaw.js"),
  "window add": () => import("../commands/window/add.js"),
  "window remove": () => import("../commands/window/remove.js"),
  "check report": () => import("../commands/check/report.js"),
  "check config-parity": () => import("../commands/check/configParity.js"),
  migrate: () => import("../commands/migrate.js"),
  "cancel deployment": () => import("../commands/cancel/deployment.js"),
  "cancel version": () => import("../commands/cancel/version.js"),
  "cancel location": () => import("../commands/cancel/location.js"),
  "list cells": () => import("../commands/list/cells.js"),
  "list queue": () => import("../commands/list/queue.js"),
  "list running": () => import("../commands/list/running.js"),
  "list deployments": () => import("../commands/list/deployments.js"),
  "list latest": () => import("../commands/list/latest.js"),
  "list outliers": () => import("../commands/list/outliers.js"),
  "list staged": () => import("../commands/list/staged.js"),
  "list checks": () => import("../commands/list/checks.js"),
  "list freezes": () => import("../commands/list/freezes.js"),
  "list windows": () => import("../commands/list/windows.js"),
  "heartbeat deployment": () => import("../commands/heartbeat/deployment.js"),
  "heartbeat url": () => import("../commands/heartbeat/url.js"),
  "environment list": () => import("../commands/environment/list.js"),
  "environment remove": () => import("../commands/environment/remove.js"),
  "environment set": () => import("../commands/environment/set.js"),
  "cell add": () => import("../commands/cell/add.js"),
  "cell set": () => import("../commands/cell/set.js"),
  "cell retire": () => import("../commands/cell/retire.js"),
  "database status": () => import("../commands/database/status.js"),
  "database stop": () => import("../commands/database/stop.js"),
  "database url": () => import("../commands/database/url.js"),
  worker: () => import("../commands/worker.js"),
  "roles create": () => import("../commands/roles/create.js"),
  "roles grant": () => import("../commands/roles/grant.js"),
  "roles list": () => import("../commands/roles/list.js"),
  "roles revoke": () => import("../commands/roles/revoke.js"),
  config: () => import("../commands/config.js"),
  completion: () => import("../commands/completion.js"),
  adopt: () => import("../commands/adopt.js"),
  doctor: () => import("../commands/doctor.js"),
};

export const commandPaths: readonly string[] = Object.keys(modules);

/** The classes of these commands. */
export async function loadCommands(paths: readonly string[]): Promise<CommandClass[]> {
  const loaded = await Promise.all(paths.map((path) => modules[path]?.() ?? {}));
  return loaded.flatMap((module) => Object.values(module));
}
