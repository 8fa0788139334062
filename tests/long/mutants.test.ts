import { expect, test } from "vitest";
import type { Act } from "../model/acts.js";
import { findDifference } from "../model/comparison.js";
import { RealQueue } from "../model/realQueue.js";
import { useDatabase } from "../support/database.js";

const database = useDatabase();
const queue = new RealQueue(database);
/** As many as model.test.ts plays. */
const runs = 2_000;

/** Where a deployment stands. */
const rank = "(- behind.priority, coalesce(behind.place, behind.id, 9223372036854775807))";

const parts: readonly Act["act"][] = ["enqueue", "start", "finish"];
const freezes: readonly Act["act"][] = ["enqueue", "start", "freeze", "thaw"];
const stops: readonly Act["act"][] = ["enqueue", "start", "heartbeat", "cancel"];

const entering: readonly Act["act"][] = ["enqueue", "start"];
const slots: readonly Act["act"][] = ["enqueue", "start", "finish", "set cell", "set component"];
const ordering: readonly Act["act"][] = ["enqueue", "start", "set environment", "set component"];

/** With a focus, the clients do only that: what shows the fault is rare among all that they could do. */
type Mutant = readonly [what: string, name: string, from: string, to: string, focus?: readonly Act["act"][]];

/** What a slip of the hand would make of a function: what the model finds, it would find in a change as well. */
const mutants: readonly Mutant[] = [
  ["overtakes those ahead", "_precedes", `< ${rank}`, "is null"],
  ["waits for those behind", "_precedes", `< ${rank}`, `<> ${rank}`],
  ["ignores priorities", "_precedes", "(- ahead.priority, ", "(- behind.priority, "],
  ["takes the old place of the released", "_precedes", "coalesce(ahead.place, ahead.id)", "ahead.id"],
  ["forgets holds", "_withheld", "candidate.hold is not null", "false"],
  ["waits for whom is held outside", "_precedes", "ahead.hold is distinct from 'outside'", "true"],
  ["starts before the time", "_withheld", "candidate.not_before > policy.as_of", "false"],
  ["waits for who is to start later", "_precedes", "(ahead.not_before > now) is not true", "true"],
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
  ["forgets the buffer", "_blockers", "finished.finish_timestamp > policy.as_of - policy.longest_buffer", "false"],
  [
    "takes two missing keys for the same",
    "_blockers",
    "= candidate.concurrency_key) is not true",
    "is not distinct from candidate.concurrency_key) is not true",
  ],
  ["starts beside those that run", "_blockers", "running.id is distinct from candidate.id", "false"],
  ["wakes those that still wait for another deployment", "_wake", "reason.until is null", "false"],
  ["wakes no waiter", "_wake", "if not exists", "if false and not exists"],
  ["wakes the first of the line only", "_heads", "array_remove(v_keys, v_key)", "v_keys"],
  ["reaps a deployment that has missed a single heartbeat", "_lease", "heartbeat_timeout", "heartbeat_interval"],
  ["never reaps the dead", "_stale", "alive_until, v_server) < v_now", "alive_until, v_server) < '-infinity'"],
  [
    "measures a lease by the policy of this moment",
    "_stale",
    "deploy_queue._lease_ends(deployments.heartbeat_timestamp, deployments.alive_until, v_server)",
    `deployments.heartbeat_timestamp + (select environments.heartbeat_timeout from deploy_queue.environments
      where environments.environment = deployments.environment)`,
  ],
  [
    "reaps who could not send a heartbeat",
    "_availability",
    "v_last.seen_at < v_now - interval '1 minute'",
    "false",
    ["enqueue", "start", "reap"],
  ],
  [
    "spares the dead each time that writes come back",
    "_availability",
    "v_server.back_before := v_last.back_since",
    "v_server.back_before := '-infinity'",
    ["enqueue", "start", "reap"],
  ],
  ["spares the dead for good", "_note_write", "v_server.back_since", "'infinity'", ["enqueue", "start", "reap"]],
  ["frees a cell before the work has ended", "tg_deployments__guard", "new.cancellation_timestamp := null", "null"],
  [
    "takes a second cancel for the end of the work",
    "tg_deployments__guard",
    "deploy_queue._is_kept(old)",
    "deploy_queue._is_kept(old) and old.stop_timestamp is null",
    stops,
  ],
  [
    "asks the dead to stop",
    "tg_deployments__guard",
    "deploy_queue._is_kept(old)",
    "old.alive_until is not null",
    stops,
  ],
  ["keeps the keeper of a wait", "tg_deployments__guard", "new.keeper := null", "null"],
  ["waits for the keeper where it is forced", "cancel", "'forced'::deploy_queue", "null::deploy_queue"],
  ["confirms a stop that was not asked for", "confirm_stop", "deployments.stop_timestamp is not null", "true"],
  ["takes failed work for cancelled", "fail", "cancellation_kind = 'failed'", "cancellation_kind = 'stopped'"],
  ["lets another keeper renew", "_beat", "(beating.keeper <> _beat.keeper) is not true", "true"],
  ["lets another keeper start", "try_start", "(deployments.keeper <> try_start.keeper) is not true", "true"],
  [
    "leaves the place to the keeper before",
    "_take_over",
    "keeper = _take_over.keeper,",
    "keeper = deployments.keeper,",
  ],
  ["takes over what runs", "_take_over", "and deployments.start_timestamp is null", "and true", ["enqueue", "start"]],
  [
    "lets a holder finish before its parts",
    "_refuse_early_finish",
    "running.joined_id = deployment.id",
    "false",
    parts,
  ],
  ["lets parts run after the end of their holder", "_require_hold", "if v_problem is not null", "if false"],
  ["lets parts wait in the line", "_may_start", "candidate.joined_id is not null", "false", parts],
  [
    "forgets the key of the holder",
    "_with_parent",
    "candidate.concurrency_key := v_holder.concurrency_key",
    "null",
    parts,
  ],
  ["does not tell a keeper to stop", "tg_deployments__wake", "'stop'", "''"],
  ["does not tell keepers of a shorter lease", "tg_environments__wake", "'policy'", "''"],
  [
    "never reaps those that run for too long",
    "_stale",
    "deployments.start_timestamp <",
    "null and deployments.start_timestamp <",
    ["enqueue", "start", "reap"],
  ],
  [
    "keeps the lease of a wait after the start",
    "tg_deployments__guard",
    "new.heartbeat_timestamp is not distinct from old.heartbeat_timestamp",
    "false",
  ],
  ["lets UPDATE start whatever it likes", "_may_start", "only_asks is not true", "false"],
  ["does not reap for those who wait", "try_start", "exit when v_stale = '{}'", "exit", ["enqueue", "start"]],
  ["lets in each that asks", "_may_start", "return v_may", "return true"],
  [
    "forgets the promise of heartbeats with a start",
    "try_start",
    "case when try_start.heartbeat then deploy_queue._now() end",
    "null",
  ],
  ["forgets the promise of heartbeats with a release", "release", '"release".heartbeat then', "false then"],
  ["forgets release keys", "release", "v_deployment.release_key = nullif(\"release\".release_key, '')", "false"],
  ["sends waiters away without a word", "try_start", "to_jsonb(v_reasons)", "'[]'::jsonb"],
  ["lets waiters oversleep", "_look_again_in", "v_until - v_now", "null::interval"],
  ["wakes waiters too early", "_look_again_in", "when not bool_or(reason.until is null) then", "when true then"],
  ["forgets to start at once who may", "enqueue", "enqueue.start and enqueue.hold is null", "false"],
  [
    "forgets idempotency keys",
    "enqueue",
    "enqueue.idempotency_key, enqueue.max_duration",
    "null, enqueue.max_duration",
  ],
  [
    "refuses to stage again when a client repeats its request",
    "_refuse_impossible_wait",
    "(v_first.idempotency_key = candidate.idempotency_key) is not true",
    "true",
    ["enqueue"],
  ],
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
  // Sequences.
  ["sorts nothing in", "_follow_ordering", "perform deploy_queue._sort_in(becomes)", "perform 1", entering],
  [
    "sorts in among the deployments of another component",
    "_enter_sequence",
    "line.component = deployment.component",
    "true",
    entering,
  ],
  [
    "compares across scopes",
    "_enter_sequence",
    "line.sequence_scope = coalesce(deployment.sequence_scope, '')",
    "true",
    entering,
  ],
  [
    "compares across priorities",
    "_enter_sequence",
    "line.priority = deployment.priority",
    "true",
    [...entering, "bump"],
  ],
  // Reservations.
  [
    "forgets that reservations end",
    "_precedes",
    "(ahead.reserved_until <= now) is not true",
    "true",
    [...entering, "redeem"],
  ],
  [
    "redeems what is over",
    "_refuse_late_redemption",
    "reservation.reserved_until <=",
    "null <=",
    ["enqueue", "redeem", "release"],
  ],
  [
    "allows a reservation for as long as it likes",
    "_with_ordering",
    "candidate.reserved_until > v_now + v_demands",
    "null > v_now + v_demands",
    ["enqueue", "redeem"],
  ],
  [
    "starts what is only reserved",
    "_withheld",
    "when candidate.reserved_until > policy.as_of then",
    "when false then",
    [...entering, "redeem"],
  ],
  [
    "never reaps reservations",
    "reap_stale_deployments",
    "num_nonnulls(live.not_after, live.reserved_until) > 0",
    "live.not_after is not null",
    ["enqueue", "reap"],
  ],
  [
    "keeps reservations that are over when another one starts",
    "_follow_ordering",
    "reserved.reserved_until <=",
    "null <=",
    [...entering, "redeem"],
  ],
  // Orderings.
  ["drops nothing", "_follow_ordering", "perform deploy_queue._drop_obsolete", "perform row", ordering],
  // Policies.
];

// A test of the test.
test.for(mutants)("a queue that %s is found out", async ([, name, from, to, focus]) => {
  const [row] = await database.sql<{ text: string }[]>`
    select pg_get_functiondef(oid) as text from pg_proc
    where proname = ${name} and pronamespace = 'deploy_queue'::regnamespace`;
  const text = row?.text ?? "";
  expect(text).toContain(from);
  await database.sql.unsafe(text.replaceAll(from, to));
  try {
    const difference = await findDifference(queue, { runs, seed: 1, shrink: false, ...(focus && { focus }) });
    expect(difference).toMatch(/^the queue /m);
    // It must err in what it decides: broken SQL would prove nothing.
    expect(difference).not.toMatch(/^the queue answers "(22|2F|42|P0|XX)/m);
  } finally {
    await database.sql.unsafe(text);
  }
});
