import { randomInt } from "node:crypto";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../support/database.js";
import { useLogins } from "../support/logins.js";
import { openSession, outcome, type Session } from "../support/session.js";

const database = useDatabase();
const { sql } = database;

const newLogin = useLogins(database);
let approver = "";
/** What the session does as another login, which has entered nothing. */
const asApprover = (statement: string) =>
  `set session authorization ${approver}; ${statement}; set session authorization default`;

beforeAll(async () => {
  await database.queue.roles.create();
  approver = (await newLogin("deploy_queue_approver")).name;
});

const sessionCount = 16;
const transactionsPerSession = 45;
/** At least so long; "npm run hammer" takes its time. */
const seconds = Number(process.env["DEPLOY_QUEUE_HAMMER_SECONDS"] ?? 0);
/** Refusals by the rules. A deadlock takes two steps in one transaction, in opposite order. */
const refusals = ["ok", "QD003", "QD004", "QD005", "QD006", "QD007", "40P01"];

const seed = Number(process.env["DEPLOY_QUEUE_HAMMER_SEED"] ?? randomInt(2 ** 31));
let players = 0;

/** A small generator, so that a seed gives each session the same choices again. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Act = (session: Session, region: string, random: (below: number) => number) => Promise<unknown>;

async function someId({ sql }: Session, region: string, random: (below: number) => number): Promise<number> {
  const ids = await sql<{ id: number }[]>`
    select id from deploy_queue.deployments
    where region = ${region} and finish_timestamp is null and cancellation_timestamp is null order by id limit 6`;
  return ids[random(ids.length)]?.id ?? 0;
}

const onSome =
  (statement: (session: Session, id: number) => Promise<unknown>): Act =>
  async (session, region, random) => {
    const id = await someId(session, region, random);
    if (id !== 0) await statement(session, id);
  };

const acts: Act[] = [
  ({ sql }, region, random) => sql`
    select deploy_queue.enqueue('hammered', 'aws', ${region}, ${random(2)}, ${`api-${random(2)}`}, version => 'v1',
      concurrency_key => ${["x", "y", null, null][random(4)] ?? null})`,
  onSome(({ sql }, id) => sql`select deploy_queue.try_start(${id})`),
  onSome(({ sql }, id) => sql`select deploy_queue.try_start(${id})`),
  onSome(({ sql }, id) => sql`select deploy_queue.finish(${id})`),
  onSome(({ sql }, id) => sql`select deploy_queue.cancel(${id})`),
  onSome(({ sql }, id) => sql`update deploy_queue.deployments set start_timestamp = now() where id = ${id}`),
  onSome(({ sql }, id) => sql`update deploy_queue.deployments set finish_timestamp = now() where id = ${id}`),
];

/** Where there are several slots, places by sequence, and reservations, and policies change all the time. */
const orderedActs: Act[] = [
  ...acts.slice(1),
  ...[1, 2].map(
    (): Act =>
      ({ sql }, region, random) =>
        sql`
    select deploy_queue.enqueue('crowded', 'aws', ${region}, ${random(2)}, ${`api-${random(2)}`}, version => 'v1',
      concurrency_key => ${["x", null, null, null][random(4)] ?? null}, sequence => ${random(9)},
      priority => ${random(6) === 0 ? 1 : 0}, start => ${random(3) === 0},
      reserve_for => ${random(4) === 0 ? "40 milliseconds" : null}::interval,
      confirmation => ${["yes", "yes", "yes", "no"][random(4)] ?? null})`,
  ),
  onSome(({ sql }, id) => sql`select deploy_queue.confirm(${id}, ${id % 4 === 0 ? "no" : "yes"})`),
  ({ sql }, _, random) => sql`
    select deploy_queue.set_environment('crowded', confirmation => ${random(2) === 0 ? "yes" : ""})`,
  onSome(({ sql }, id) => sql`select deploy_queue.redeem(${id})`),
  onSome(({ sql }, id) => sql`select deploy_queue.bump(${id}, 'a test', ${id % 3})`),
  ({ sql }, _, random) => sql`select deploy_queue.set_environment('crowded', slots => ${1 + random(3)})`,
  ({ sql }, _, random) => sql`select deploy_queue.set_environment('crowded', approvals => ${random(2)})`,
  onSome(({ sql }, id) => sql.unsafe(asApprover(`select deploy_queue.approve(${id})`))),
  onSome(({ sql }, id) => sql.unsafe(asApprover(`select deploy_queue.approve(${id})`))),
  ({ sql }, _, random) => sql`
    select deploy_queue.set_component('crowded', ${`api-${random(2)}`}, refuse_outdated => ${random(2) === 0},
      ordering => ${["sequential", "sequential", "latest", "latest-ready"][random(4)] ?? null})`,
];

/** A transaction of one or two steps. */
async function work(session: Session, region: string, acts: readonly Act[], random: (below: number) => number) {
  const steps = random(3) === 0 ? 2 : 1;
  await session.begin();
  let code = "ok";
  for (let step = 0; step < steps && code === "ok"; step++) {
    const act = acts[random(acts.length)];
    if (act) code = await outcome(act(session, region, random));
  }
  if (code === "ok" && random(8) > 0) code = await outcome(session.commit());
  else await session.rollback();
  return code;
}

/** Returns the codes that occurred. */
async function hammer(
  sessions: readonly Session[],
  region: string,
  chosen: readonly Act[] = acts,
): Promise<Set<string>> {
  const codes = new Set<string>();
  await Promise.all(
    sessions.map(async (session) => {
      // A deadlock of transactions with two steps is the client's doing; it shall not cost a second each.
      await session.sql`set deadlock_timeout = '20ms'`;
      const random = randomNumbers(seed + players++);
      for (let turn = 0; turn < transactionsPerSession; turn++) {
        codes.add(await work(session, region, chosen, random));
      }
    }),
  );
  return codes;
}

async function finishedIn(region: string): Promise<number> {
  const [row] = await sql<{ finished: number }[]>`
    select count(finish_timestamp)::integer as finished from deploy_queue.deployments where region = ${region}`;
  return row?.finished ?? 0;
}

afterEach(async () => {
  await sql`select deploy_queue.cancel_location(environment, 'aws', region) from deploy_queue.cells`;
});

describe.for(["0", "3 milliseconds"])(`many sessions, from seed ${seed}, with a buffer of %s`, (buffer) => {
  const region = `buffer-${buffer.replaceAll(" ", "-")}`;

  test("run never two at once, and start in the order of the line", { timeout: 600_000 + seconds * 2000 }, async () => {
    await sql`select deploy_queue.set_environment('hammered', buffer_time => ${buffer})`;
    const sessions = await Promise.all([...Array(sessionCount).keys()].map(() => openSession(database)));
    const end = performance.now() + seconds * 1000;
    do {
      const codes = await hammer(sessions, region);
      expect([...codes].filter((code) => !refusals.includes(code))).toEqual([]);
    } while ((await finishedIn(region)) < 20 || performance.now() < end);
    expect(await database.queue.history.verify()).toEqual([]);

    // The buffer counts for those that finished; every pair of one cell without a common key is looked at.
    const together = await sql`
      select one.id, other.id as other_id
      from deploy_queue.deployments as one
      join deploy_queue.deployments as other on other.cell_id = one.cell_id and other.id <> one.id
      where one.region = ${region}
        and (one.concurrency_key = other.concurrency_key) is not true
        and other.start_timestamp >= one.start_timestamp
        and other.start_timestamp
          < coalesce(one.finish_timestamp + ${buffer}::interval, one.cancellation_timestamp, 'infinity')`;
    expect(together).toEqual([]);

    const overtaken = await sql`
      select ahead.id, behind.id as behind_id
      from deploy_queue.deployments as ahead
      join deploy_queue.deployments as behind on behind.cell_id = ahead.cell_id and behind.id > ahead.id
      where ahead.region = ${region}
        and (ahead.concurrency_key = behind.concurrency_key) is not true
        and behind.start_timestamp < coalesce(ahead.start_timestamp, ahead.cancellation_timestamp, 'infinity')`;
    expect(overtaken).toEqual([]);

    const unrecorded = await sql`
      select deployments.id
      from deploy_queue.deployments
      join deploy_queue.deployment_events on deployment_id = deployments.id
      where deployments.region = ${region} and to_state is not null
      group by deployments.id
      having count(*) <> 1 + num_nonnulls(start_timestamp, finish_timestamp, cancellation_timestamp)`;
    expect(unrecorded).toEqual([]);
  });
});

test(`many sessions, from seed ${seed}, fill several slots in the order of sequences`, {
  timeout: 600_000 + seconds * 2000,
}, async () => {
  const region = "crowded";
  await sql`select deploy_queue.set_environment('crowded', slots => 3, buffer_time => '3 milliseconds')`;
  await sql`select deploy_queue.set_component('crowded', 'api-1', confirmation => 'yes')`;
  const sessions = await Promise.all([...Array(sessionCount).keys()].map(() => openSession(database)));
  const end = performance.now() + seconds * 1000;
  do {
    const codes = await hammer(sessions, region, orderedActs);
    // A reservation may be over before it has the cell, and approvals may be needed no longer.
    expect([...codes].filter((code) => ![...refusals, "QD050", "QD052", "QD055", "23514"].includes(code))).toEqual([]);
  } while ((await finishedIn(region)) < 20 || performance.now() < end);
  expect(await database.queue.history.verify()).toEqual([]);

  const unconfirmed = await sql`
    select id from deploy_queue.deployments
    where environment = 'crowded' and component = 'api-1' and start_timestamp is not null and confirmation is distinct from 'yes'`;
  expect(unconfirmed).toEqual([]);
  // What waits by its sequence is there once, in the order of its rank, and nothing else is.
  const wrong = await sql`
    select line.*
    from deploy_queue.component_lines as line
    where line.ranks <> array(select rank from unnest(line.ranks) as rank order by rank)
      or line.places <> array(select place from unnest(line.places) as place order by place)
      or line.deployment_ids <@ array(
        select id from deploy_queue.deployments
        where start_timestamp is null and cancellation_timestamp is null and hold is distinct from 'outside'
      ) is not true`;
  expect(wrong).toEqual([]);
  const missing = await sql`
    select id from deploy_queue.deployments
    where start_timestamp is null and cancellation_timestamp is null and sequence is not null
      and not exists (select from deploy_queue.component_lines where id = any (deployment_ids))`;
  expect(missing).toEqual([]);
});
