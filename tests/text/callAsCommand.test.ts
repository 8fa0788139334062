import { expect, test } from "vitest";
import { callAsCommand, callsAsCommands } from "../../src/text/callAsCommand.js";

test("a cure is a command: ids first, other arguments as options, what is left to fill in as dots, each as a shell takes it", () => {
  const bump = { function: "bump", arguments: { reason: null, deployment_id: "41" } };
  expect(callAsCommand(bump)).toBe("deploy-queue bump 41 --reason ...");
  const set = { function: "set_environment", arguments: { environment: "prod", buffer_time: null } };
  expect(callAsCommand(set)).toBe("deploy-queue environment set prod --buffer-time ...");
  const force = { function: "cancel", arguments: { deployment_id: "41", force: "true" } };
  expect(callAsCommand(force)).toBe("deploy-queue cancel deployment 41 --force");
  const report = { function: "report_check", arguments: { name: "e2e", passed: "true", version: "v3; rm -rf $HOME" } };
  expect(callAsCommand(report)).toBe("deploy-queue check report --name e2e --passed --version 'v3; rm -rf $HOME'");
  const place = { region: "us-west-2", cell_index: "1", environment: "prod", cloud_provider: "aws" };
  expect(callAsCommand({ function: "release_line", arguments: place })).toBe(
    "deploy-queue release-line --cell prod-aws-us-west-2-cell-1",
  );
  expect(callAsCommand({ function: "approve_all", arguments: {} })).toBe("deploy-queue approve all");
});

test.each([
  ["deploy_queue.release(41) releases it.", '"deploy-queue release 41" releases it.'],
  ["deploy_queue.set_environment() adds one.", '"deploy-queue environment set ... --create" adds one.'],
  ["a and 2 more in deploy_queue.cells", 'a and 2 more in "deploy-queue list cells"'],
  ["that one: join_parent => true.", "that one: --join."],
  ["deploy_queue.freezes_in_force shows them.", '"deploy-queue list freezes" shows them.'],
])("%s is printed as commands", (sql, printed) => {
  expect(callsAsCommands(sql)).toBe(printed);
});

test.each([
  "deploy_queue.try_start() starts it",
  "deploy_queue.bump(41, 'late') moves it",
  "the setting deploy_queue.allowed_environments",
  "deploy_queue.constructor",
])("%s stays as it is: no command says the same", (sql) => {
  expect(callsAsCommands(sql)).toBe(sql);
});
