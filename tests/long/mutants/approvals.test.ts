import type { Act } from "../../model/acts.js";
import { findOut } from "./mutant.js";
import { approve, demand, enter, scriptOf, start } from "./scripts.js";

const approvals: readonly Act["act"][] = ["enqueue", "start", "set environment", "approve"];

findOut("approvals", [
  ["forgets approvals", "_approval_gate", "if _approval_gate.approvals = 0 then", "if true then", approvals],
  [
    "starts with one approval too few",
    "_approval_gate",
    "cardinality(v_given) >= _approval_gate.approvals",
    "cardinality(v_given) + 1 >= _approval_gate.approvals",
    approvals,
  ],
  [
    "counts the approvals of others",
    "_approvals_of",
    "approvals.deployment_id = candidate.id",
    "true",
    scriptOf(demand({ approvals: 1 }), enter({ key: "x" }), enter({ key: "x" }), approve(0), start(1)),
  ],
  ["counts a person twice", "approve", "v_before.principal = deploy_queue._principal()", "false", approvals],
  [
    "wakes no deployment by its last approval",
    "approve",
    "perform deploy_queue._wake_sooner(array[v_deployment.cell_id], v_turns)",
    "perform 1",
    approvals,
  ],
  [
    "wakes a deployment by each approval",
    "approve",
    "perform deploy_queue._wake_sooner(array[v_deployment.cell_id], v_turns)",
    "perform pg_notify('deploy_queue_deployment_' || v_deployment.id, '')",
    approvals,
  ],
  ["lets a part bring what was not approved", "_flaw_of_part", "v_demands.approvals > 0", "false", approvals],
  ["approves what needs no approval", "_require_approver", "v_demands.approvals = 0", "false", approvals],
  ["approves what runs", "_record_approval", "deployment.start_timestamp is not null", "false", approvals],
  [
    "cancels nothing by a disapproval",
    "disapprove",
    "where deployments.id = v_deployment.id",
    "where false",
    [...approvals, "disapprove"],
  ],
]);
