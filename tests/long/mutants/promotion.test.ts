import type { Act } from "../../model/acts.js";
import { findOut } from "./mutant.js";

const promotion: readonly Act["act"][] = ["enqueue", "start", "finish", "set environment"];
const marks: readonly Act["act"][] = ["enqueue", "start", "mark bad"];
const parts: readonly Act["act"][] = ["enqueue", "start", "set environment", "report check"];

findOut("promotion", [
  ["starts what has finished nowhere else", "_promoted_at", "v_demands.promote_from is null or", "true or", promotion],
  ["lets nothing soak", "_promoted_at", "v_first + v_demands.soak", "v_first", promotion],
  [
    "is content with one cell of all",
    "_promoted_at",
    "when v_demands.promotion_cells <> 'all'",
    "when true",
    promotion,
  ],
  ["gates rollbacks unasked", "_promoted_at", "candidate.rollback_of is not null and", "false and", promotion],
  [
    "lets a rollback bring any version",
    "_refuse_unpromotable",
    "and not deploy_queue._goes_back(candidate)",
    "and false",
    promotion,
  ],
  [
    "wakes no waiter of another environment by a finish",
    "_wake_promoted",
    "head.component = finished.component",
    "false",
    promotion,
  ],
  [
    "wakes those that a finish changes nothing for",
    "_wake_promoted",
    "deploy_queue._promoted_at(head) < deploy_queue._promoted_at(head, finished.id)",
    "true",
    promotion,
  ],
  ["lets a bad version enter", "_refuse_unpromotable", "v_withdrawn.kind is not null", "false", marks],
  ["withdraws what runs", "_cancel_each", "or _cancel_each.kind is not distinct from 'withdrawn'", "", marks],
  ["refuses to go back to what was there", "_goes_back", "candidate.rollback_of is null", "true", promotion],
  ["goes back to a bad version that was never there", "_goes_back", "first.finished_at is not null", "true", marks],
  ["lets a part bring a bad version", "_flaw_of_part", "v_mark.id is not null", "false", marks],
  ["lets a part bring what is not checked", "_flaw_of_part", "where not gate.is_open", "where false", parts],
  [
    "lets a part bring what is not promoted",
    "_flaw_of_part",
    "deploy_queue._promotion_gate(part) ||",
    "",
    [...parts, "finish"],
  ],
  [
    "asks a part for what its holder has passed",
    "_flaw_of_part",
    "(part.component, part.version, part.artifact) is not distinct from (v_stood.component, v_stood.version, v_stood.artifact)",
    "false",
    [...marks, "report check"],
  ],
]);
