import type { Act } from "../../model/acts.js";
import { findOut } from "./mutant.js";
import { enter, pass, scriptOf, start } from "./scripts.js";

const allowing: readonly Act["act"][] = ["enqueue", "start", "freeze", "allow"];
const startingNow: readonly Act["act"][] = ["enqueue", "start", "start now"];
const failing: readonly Act["act"][] = ["enqueue", "start", "fail", "hold line", "release line"];
const startAsKim: Act = { ...start(0), heartbeat: true, keeper: "kim" };

findOut("exceptions", [
  ["holds what a freeze lets through", "_passes", "candidate.id = any (placed.allow_ids)", "false", allowing],
  [
    "does not wake what a freeze lets through",
    "tg_freezes__wake",
    "waiting.id = any (new.allow_ids)",
    "waiting.id = any (old.allow_ids)",
    allowing,
  ],
  ["wakes no waiter that it starts now", "_record_passing", "was.id is not null", "false", startingNow],
  [
    "takes the lease from the waiter that it starts now",
    "start_now",
    "when deploy_queue._is_kept(deployments) then deploy_queue._now() +",
    "when false then deploy_queue._now() +",
    startingNow,
  ],
  [
    "leaves a lease to a waiter that promises no heartbeats",
    "_keep_or_leave",
    "deployment.keeper is not distinct from _keep_or_leave.keeper",
    "false",
    startingNow,
  ],
  [
    "renews no lease of a keeper that asks again",
    "_keep_or_leave",
    "if _keep_or_leave.heartbeat then",
    "if false then",
    scriptOf(enter({ heartbeat: true, keeper: "kim" }), startAsKim, pass(1), startAsKim),
  ],
  ["goes on after a failure", "_follow_failure", "demands.hold_after_failure", "false", failing],
  ["holds the rollback as well", "_line_held", "held.deployment_id = candidate.rollback_of", "false", failing],
  [
    "wakes no waiter by releasing a line",
    "release_line",
    "perform deploy_queue._wake_sooner(array[v_cell.id], v_turns)",
    "null",
    failing,
  ],
]);
