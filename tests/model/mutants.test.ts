import { expect, test } from "vitest";
import { useDatabase } from "../support/database.js";
import { findDifference } from "./comparison.js";
import { RealQueue } from "./realQueue.js";

const database = useDatabase();
const queue = new RealQueue(database);
const runs = 300;

/** What a slip of the hand would make of a function: what the model finds, it would find in a change as well. */
const mutants: readonly (readonly [what: string, name: string, from: string, to: string])[] = [
  ["overtakes those ahead", "_waiting_on", "blocker.id < candidate.id", "false"],
  ["waits for those behind", "_waiting_on", "blocker.id < candidate.id", "blocker.id <> candidate.id"],
  ["forgets the buffer", "_waiting_on", "blocker.finish_timestamp > v_now - v_buffer_time", "false"],
  [
    "takes two missing keys for the same",
    "_waiting_on",
    "= candidate.concurrency_key) is not true",
    "is not distinct from candidate.concurrency_key) is not true",
  ],
  ["starts beside those that run", "_waiting_on", "blocker.start_timestamp is not null", "false"],
  ["wakes those that still wait for somebody", "_wake", "reason.until is null", "false"],
  ["wakes nobody", "_wake", "if not exists", "if false and not exists"],
  ["wakes the first of the line only", "_heads", "is not true", "is not false"],
  [
    "reaps whoever has missed half of its heartbeats",
    "_reap",
    "v_now - environments.heartbeat_timeout",
    "v_now - environments.heartbeat_timeout / 2",
  ],
  [
    "never reaps those that run for too long",
    "_reap",
    "deployments.start_timestamp <",
    "null and deployments.start_timestamp <",
  ],
  [
    "keeps the heartbeats of a wait after the start",
    "tg_deployments__guard",
    "new.heartbeat_timestamp := null",
    "null",
  ],
  ["lets UPDATE start whatever it likes", "_refuse_blocked", "v_reasons <> '{}'", "false"],
];

test.for(mutants)("a queue that %s is found out", async ([, name, from, to]) => {
  const [row] = await database.sql<{ text: string }[]>`
    select pg_get_functiondef(oid) as text from pg_proc
    where proname = ${name} and pronamespace = 'deploy_queue'::regnamespace`;
  const text = row?.text ?? "";
  expect(text).toContain(from);
  await database.sql.unsafe(text.replaceAll(from, to));
  try {
    expect(await findDifference(queue, { runs, seed: 1, shrink: false })).toMatch(/^the queue /m);
  } finally {
    await database.sql.unsafe(text);
  }
});
