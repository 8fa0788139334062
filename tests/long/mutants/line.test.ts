import type { Act } from "../../model/acts.js";
import { findOut } from "./mutant.js";

/** Where a deployment stands. */
const rank = "(- behind.priority, coalesce(behind.place, behind.id, 9223372036854775807))";

const freezes: readonly Act["act"][] = ["enqueue", "start", "freeze", "thaw"];

findOut("line", [
  ["overtakes those ahead", "_precedes", `< ${rank}`, "is null"],
  ["waits for those behind", "_precedes", `< ${rank}`, `<> ${rank}`],
  ["ignores priorities", "_precedes", "(- ahead.priority, ", "(- behind.priority, ", ["enqueue", "bump"]],
  [
    "takes the old place of the released",
    "_precedes",
    "coalesce(ahead.place, ahead.id)",
    "ahead.id",
    ["enqueue", "release"],
  ],
  ["forgets holds", "_withheld", "candidate.hold is not null", "false"],
  ["waits for whom is held outside", "_precedes", "ahead.hold is distinct from 'outside'", "true", ["enqueue"]],
  ["starts before the time", "_withheld", "candidate.not_before > policy.as_of", "false"],
  ["waits for who is to start later", "_precedes", "(ahead.not_before > now) is not true", "true", ["enqueue"]],
  ["forgets freezes", "_frozen", "not deploy_queue._passes", "false and not deploy_queue._passes"],
  ["holds its exceptions", "_passes", "placed.allow_key = candidate.concurrency_key", "false", freezes],
  [
    "lets exceptions of a freeze wait for those it holds",
    "_blockers",
    "v_is_exception and deploy_queue",
    "false and deploy_queue",
    freezes,
  ],
  [
    "wakes no waiter by lifting a freeze",
    "_wake_heads",
    "then not deploy_queue._passes",
    "then false and not deploy_queue._passes",
    freezes,
  ],
  [
    "forgets windows",
    "_outside_windows",
    "_outside_windows.as_of >= opening.opens and _outside_windows.as_of < opening.closes",
    "true",
  ],
  [
    "starts after a window has closed",
    "_outside_windows",
    "_outside_windows.as_of >= opening.opens and _outside_windows.as_of < opening.closes",
    "_outside_windows.as_of >= opening.opens",
  ],
  [
    "wakes no waiter by a change of windows",
    "tg_maintenance_windows__wake",
    "cells.environment in (new.environment, old.environment)",
    "false",
    ["enqueue", "add window", "remove window"],
  ],
  ["lets the freeze of a cell hold its neighbours", "_covers", "(placed).cell_index = cell_index", "true", freezes],
  [
    "lets the freeze of a provider hold the others",
    "_covers",
    "(placed).cloud_provider = cloud_provider",
    "true",
    freezes,
  ],
  ["lets the freeze of a region hold the others", "_covers", "(placed).region = region", "true", freezes],
  ["lets in who comes too late", "_withheld", "candidate.not_after <= policy.as_of", "false"],
  [
    "forgets the buffer",
    "_blockers",
    "finished.finish_timestamp > policy.as_of - policy.longest_buffer",
    "false",
    ["enqueue", "start", "finish"],
  ],
  [
    "takes two missing keys for the same",
    "_blockers",
    "= candidate.concurrency_key) is not true",
    "is not distinct from candidate.concurrency_key) is not true",
  ],
  ["starts beside those that run", "_blockers", "running.id is distinct from candidate.id", "false"],
  ["wakes those that still wait for another deployment", "_wake", "reason.until is null", "false"],
  ["wakes no waiter", "_wake", "if not exists", "if false and not exists"],
  [
    "wakes the first of the line only",
    "_heads",
    "array_remove(v_keys, v_key)",
    "v_keys",
    ["enqueue", "start", "finish"],
  ],
]);
