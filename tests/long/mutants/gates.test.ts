import type { Act } from "../../model/acts.js";
import { findOut } from "./mutant.js";
import { confirm, demand, enter, hold, scriptOf } from "./scripts.js";

const phrases: readonly Act["act"][] = ["enqueue", "start", "set environment", "confirm"];
const demanded = demand({ confirmation: "yes" });
const held: readonly Act["act"][] = ["enqueue", "release", "redeem", "start", "set environment"];

findOut("gates", [
  ["lets in what is not confirmed", "tg_deployments__enqueue", "v_flaw is not null", "false", phrases],
  ["starts what is not confirmed", "_confirmation_gate", "_confirmation_gate.phrase is null", "true", phrases],
  ["keeps the idempotency key of a rejection", "_rejected", "candidate.idempotency_key := null", "null", phrases],
  [
    "leaves a rejection in the line",
    "_rejected",
    "candidate.cancellation_timestamp := candidate.updated_at",
    "null",
    phrases,
  ],
  ["takes a wrong phrase", "_is_confirmed", "return v_flaw is null", "return true", phrases],
  [
    "releases what is not confirmed",
    "tg_deployments__guard",
    "v_is_released or new.confirmation",
    "new.confirmation",
    held,
  ],
  ["releases by the phrase of the staging", "tg_deployments__enqueue", "new.confirmation := null;", "null;", held],
  [
    "forgets the phrase of a release",
    "release",
    'coalesce("release".confirmation, deployments.confirmation)',
    "null",
    held,
  ],
  [
    "forgets the phrase of a redemption",
    "redeem",
    "coalesce(redeem.confirmation, deployments.confirmation)",
    "null",
    held,
  ],
  [
    "records a rejection twice",
    "_rejected_before",
    "rejected.keeper = _rejected_before.keeper",
    "false",
    scriptOf(demanded, hold({ confirmation: "no" }), hold({ confirmation: "no" })),
  ],
  [
    "forgets what was typed before",
    "tg_deployments__enqueue",
    "v_before.version, v_before.cancellation_note",
    "new.version, v_flaw",
    scriptOf(demanded, hold({ confirmation: "no" }), hold({ confirmation: "no", version: "v2" })),
  ],
  ["tells no waiter of another gate", "_tell_of_gates", "queued.alive_until is not null", "false", phrases],
  [
    "tells waiters of gates that are the same",
    "_tell_of_gates",
    "deploy_queue._gate_policies(before, coalesce(own_before, own))",
    "'{}'",
    phrases,
  ],
  [
    "does not wake what is confirmed",
    "tg_deployments__wake",
    "perform deploy_queue._wake(new)",
    "null",
    scriptOf(enter({}), demanded, confirm(0)),
  ],
]);
