import type { Act } from "../../model/acts.js";
import { findOut } from "./mutant.js";

const entering: readonly Act["act"][] = ["enqueue", "start"];
const policies: readonly Act["act"][] = ["enqueue", "start", "finish", "set environment", "set component"];
const slots: readonly Act["act"][] = ["enqueue", "start", "finish", "set cell", "set component"];
/** All start at once where there is a slot. */
const starting = { by: "function", start: true, key: null, hold: null, reserveFor: null, notBefore: null, join: false };

findOut("policies", [
  // Slots.
  ["ignores slots", "_blockers", "policy.slots > 1", "false", slots],
  [
    "ignores the slots of a cell",
    "_policy",
    "(select cells.slots from deploy_queue.cells where cells.id = _policy.cell_id)",
    "null",
    slots,
  ],
  ["draws a slot anew for those with a common key", "_draw_slot", "if v_shared is not null", "if false", slots],
  [
    "wakes those that knew already that a slot is free",
    "_is_eased",
    "return exists",
    "return true or exists",
    [...entering, "finish", "cancel", "set cell"],
  ],
  ["fills one slot more than there are", "_crowd", "[count(*) - policy.slots + 1]", "[count(*) - policy.slots]", slots],
  [
    "lets a component take more slots than it may",
    "_crowd",
    "(component.is_free_at is not null and obstacles.component = candidate.component)",
    "false",
    slots,
  ],
  [
    "keeps a slot for what waits for the limit of its component",
    "_crowd",
    "shared.number <= own.slots",
    "true",
    [...entering, "set component"],
  ],
  [
    "does not know when a slot is free",
    "_crowd",
    "greatest(cell.is_free_at, component.is_free_at)",
    "'infinity'",
    [...entering, "finish"],
  ],
  [
    "gives away the slot of what buffers",
    "_draw_slot",
    "v_taken || array_agg(finished.slot)",
    "v_taken",
    ["enqueue", "finish"],
    { environment: "b", cell: 0, ...starting },
  ],
  [
    "gives no rollback the slot of what it undoes",
    "_draw_slot",
    "and finished.id is distinct from deployment.rollback_of",
    "",
    [...entering, "finish"],
  ],
  ["looks at the first of several slots only", "_heads", "v_key)) < v_slots", "v_key)) < 1", slots],
  [
    "wakes no waiter by another number of slots of a cell",
    "set_cell",
    "perform deploy_queue._wake_sooner(array[v_cell.id], v_turns)",
    "perform 1",
    slots,
  ],
  ["wakes none of several heads", "_is_eased", "return exists", "return false and exists", [...entering, "finish"]],
  // Policies.
  [
    "wakes no waiter by another policy",
    "_follow_policy",
    "perform deploy_queue._wake_sooner(v_cells, v_turns)",
    "perform 1",
    policies,
  ],
  [
    "wakes those whose turn a policy does not change",
    "_wake_sooner",
    "deploy_queue._turn_of(head) < coalesce((turns ->> head.id::text)::timestamptz, 'infinity')",
    "true",
    policies,
  ],
  [
    "sorts no line anew",
    "_follow_policy",
    "perform deploy_queue._sort_anew(v_cells)",
    "perform 1",
    ["enqueue", "set environment"],
  ],
  [
    "drops nothing by another policy",
    "_follow_policy",
    "perform deploy_queue._drop_obsolete(waiting.cell_id, waiting.component)",
    "perform 1",
    policies,
  ],
  [
    "forgets the buffers of components",
    "_buffer_of",
    "not policy.has_component_policies",
    "true",
    ["enqueue", "finish", "set component"],
    { environment: "a", cell: 0, ...starting },
  ],
  [
    "overlooks a longer buffer of a component",
    "_policy",
    "greatest(v_policy.longest_buffer, max(own.buffer_time))",
    "v_policy.longest_buffer",
    [...entering, "finish", "set component"],
  ],
  [
    "forgets the leases of components",
    "_demands",
    "coalesce(own.heartbeat_timeout, general.heartbeat_timeout)",
    "general.heartbeat_timeout",
    policies,
  ],
  [
    "forgets the orderings of components",
    "_demands",
    "coalesce(own.ordering, general.ordering)",
    "general.ordering",
    policies,
  ],
  [
    "lets components go a step back",
    "_demands",
    "coalesce(own.refuse_outdated, general.refuse_outdated)",
    "general.refuse_outdated",
    ["enqueue", "set component"],
    { environment: "a", cell: 0, ...starting, key: "x", component: "api", scope: null },
  ],
  [
    "keeps what a component is to be without",
    "set_component",
    "<> all (set_component.without)",
    "is not null",
    [...entering, "set component"],
  ],
  ["overlooks the ordering of an environment", "_policy", "general.ordering <> 'sequential' or", "", entering],
  [
    "overlooks the orderings of components",
    "_policy",
    "or coalesce(bool_or(own.ordering <> 'sequential' or own.refuse_outdated), false)",
    "",
    ["enqueue", "set component"],
    { environment: "a", cell: 0, component: "api", by: "function", start: true, key: null, join: false },
  ],
  [
    "tells keepers of a lease that is not theirs",
    "tg_environments__wake",
    "own.heartbeat_timeout is null and",
    "",
    ["enqueue", "set environment", "set component"],
    { environment: "a", cell: 0, component: "api", by: "function", heartbeat: true },
  ],
  [
    "does not tell keepers of a shorter lease of their component",
    "tg_component_policies__wake",
    "'policy'",
    "''",
    policies,
  ],
]);
