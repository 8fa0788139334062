import { describe, expect, test } from "vitest";
import type { Blocker } from "../../../src/queue/forecast.js";
import { useDatabase } from "../../support/database.js";
import { newLine, type State, withKey } from "../../support/line.js";

const database = useDatabase();
const { sql } = database;

const reasonsOf = (id: number) =>
  sql<{ kind: string; text: string; until: Date | null; deployment_id: number }[]>`
    select kind, text, until, deployment_id from deploy_queue.waiting_on(${id})`;

/** As in "running 3, queued 4". */
async function summaryOf(id: number): Promise<string> {
  return (await reasonsOf(id)).map((reason) => `${reason.kind} ${reason.deployment_id}`).join(", ");
}

describe("one deployment ahead", () => {
  // Keys are those of the one ahead and of the one that wants to start; "-" is a missing one.
  test.for<[State, string, string, string, string]>([
    ["running", "dev", "-", "-", "running"],
    ["running", "dev", "x", "-", "running"],
    ["running", "dev", "-", "x", "running"],
    ["running", "dev", "x", "y", "running"],
    ["running", "dev", "x", "x", ""],
    ["queued", "dev", "-", "-", "queued"],
    ["queued", "dev", "x", "-", "queued"],
    ["queued", "dev", "-", "x", "queued"],
    ["queued", "dev", "x", "y", "queued"],
    ["queued", "dev", "x", "x", ""],
    ["finished", "prod", "-", "-", "buffer"],
    ["finished", "prod", "x", "-", "buffer"],
    ["finished", "prod", "-", "x", "buffer"],
    ["finished", "prod", "x", "y", "buffer"],
    ["finished", "prod", "x", "x", ""],
    ["finished", "dev", "-", "-", ""],
    ["cancelled", "dev", "-", "-", ""],
    ["cancelled", "prod", "x", "y", ""],
  ])("%s in %s with key %s keeps one with key %s waiting: '%s'", async ([state, environment, theirs, ours, kind]) => {
    const line = newLine(database, environment);
    const blocker = await line.add(state, withKey(theirs));
    const candidate = await line.add("queued", withKey(ours));
    expect(await summaryOf(candidate)).toBe(kind && `${kind} ${blocker}`);
  });
});

test("a deployment cancelled while it ran leaves no buffer", async () => {
  const line = newLine(database, "prod");
  const running = await line.add("running");
  const candidate = await line.add("queued");
  await database.queue.cancel(running);
  expect(await summaryOf(candidate)).toBe("");
});

test("a deployment does not wait for those behind it in the line", async () => {
  const line = newLine(database);
  const first = await line.add("queued");
  await line.add("queued");
  expect(await summaryOf(first)).toBe("");
});

test("a running deployment with a larger id is waited for", async () => {
  const line = newLine(database);
  const ahead = await line.add("queued", { concurrencyKey: "x" });
  const runner = await line.add("queued", { concurrencyKey: "y" });
  // Only without the triggers can it overtake.
  await sql.unsafe(`
    set local session_replication_role = replica;
    update deploy_queue.deployments set start_timestamp = now() where id = ${runner}`);
  expect(await summaryOf(ahead)).toBe(`running ${runner}`);
});

test("one that shares the key of the runner waits behind one that does not", async () => {
  const line = newLine(database);
  const runner = await line.add("running", { concurrencyKey: "x" });
  const stranger = await line.add("queued");
  const sharer = await line.add("queued", { concurrencyKey: "x" });
  expect(await summaryOf(stranger)).toBe(`running ${runner}`);
  expect(await summaryOf(sharer)).toBe(`queued ${stranger}`);
});

test("several reasons come in the order of the line, each with its text and end", async () => {
  const line = newLine(database, "prod");
  const first = await line.add("queued", { concurrencyKey: "x", component: "web", version: "v1" });
  const second = await line.add("queued", { concurrencyKey: "x", component: "jobs" });
  await database.queue.tryStart(second);
  const { finish_timestamp } = await database.queue.finish(second);
  await database.queue.tryStart(first);
  const third = await line.add("queued");
  const candidate = await line.add("queued", { concurrencyKey: "y" });

  expect(await reasonsOf(candidate)).toEqual([
    { kind: "running", text: `deployment ${first} (web@v1) is running`, until: null, deployment_id: first },
    {
      kind: "buffer",
      text: `deployment ${second} (jobs) finished and its buffer is not over`,
      until: new Date(Number(finish_timestamp) + 600_000),
      deployment_id: second,
    },
    { kind: "queued", text: `deployment ${third} (api) is ahead in the line`, until: null, deployment_id: third },
  ]);
});

describe("other cells", () => {
  test.for([
    ["environment", { environment: "prod" }],
    ["provider", { cloud_provider: "gcp" }],
    ["region", { region: "elsewhere" }],
    ["index", { cell_index: 2 }],
  ] as const)("of another %s are independent", async ([, difference]) => {
    const here = { environment: "dev", cloud_provider: "aws", region: "here", cell_index: 1, component: "api" };
    await sql`insert into deploy_queue.deployments ${sql(here)}`;
    const [there] = await sql<{ id: number }[]>`
      insert into deploy_queue.deployments ${sql({ ...here, ...difference })} returning id`;
    expect(await summaryOf(there?.id ?? 0)).toBe("");
  });
});

test.for<State>(["running", "finished", "cancelled"])("a %s deployment waits for nothing", async (state) => {
  const line = newLine(database);
  const id = await line.add(state);
  expect(await summaryOf(id)).toBe("");
});

test("a cancelled deployment that had to wait waits for nothing", async () => {
  const line = newLine(database);
  await line.add("running");
  expect(await summaryOf(await line.add("cancelled"))).toBe("");
});

test("an unknown deployment is an error", async () => {
  await expect(reasonsOf(987654)).rejects.toMatchObject({
    code: "QD001",
    message: "deployment 987654 does not exist",
    hint: expect.stringContaining("enqueue"),
  });
  await expect(sql`select deploy_queue.waiting_on(null)`).rejects.toMatchObject({ code: "QD001" });
});

test("a reason says since when a blocker is silent and when it is reaped, once two heartbeats are missing and until one comes", async () => {
  const { queue } = database;
  const line = newLine(database, "prod");
  const holder = await line.add("running", { heartbeat: true, component: "web" });
  const ahead = await line.add("queued", { heartbeat: true });
  const id = await line.add("queued");
  const texts = async () => (await reasonsOf(id)).map(({ text }) => text);
  const silences = async () => (await queue.line.forecast(id))?.blockers.map(silenceOf);
  const heard = [`deployment ${holder} (web) is running`, `deployment ${ahead} (api) is ahead in the line`];
  const nothing = { silent_since: null, reaped_at: null };

  await database.advance("50 seconds");
  expect(await texts()).toEqual(heard);
  expect(await silences()).toEqual([nothing, nothing]);

  await database.advance("15 seconds");
  const heartbeats = await Promise.all(
    [holder, ahead].map(async (one) => (await queue.deployment(one)).heartbeat_timestamp?.getTime() ?? 0),
  );
  const fifteenMinutes = 15 * 60_000;
  expect(await texts()).toEqual(
    heartbeats.map((heartbeat, index) => {
      const reaped = `reaped after ${inSeconds(heartbeat + fifteenMinutes)} unless one comes`;
      return `${heard[index]}; its keeper has sent no heartbeat since ${inSeconds(heartbeat)}, and it is ${reaped}`;
    }),
  );
  expect(await silences()).toEqual(
    heartbeats.map((heartbeat) => ({ silent_since: heartbeat, reaped_at: heartbeat + fifteenMinutes })),
  );

  await queue.heartbeat(holder);
  await queue.heartbeat(ahead);
  expect(await texts()).toEqual(heard);
  expect(await silences()).toEqual([nothing, nothing]);
});

function silenceOf(blocker: Blocker) {
  if ("text" in blocker) throw new Error(`${blocker.kind} has no heartbeats`);
  const moment = (text: string | null) => (text === null ? null : Date.parse(text));
  return { silent_since: moment(blocker.silent_since), reaped_at: moment(blocker.reaped_at) };
}

/** As PostgreSQL writes it in UTC. */
function inSeconds(moment: number): string {
  return `${new Date(moment).toISOString().slice(0, 19).replace("T", " ")}+00`;
}

test("it tells of a part ahead that has not started, also when the keeper of its holder is gone", async () => {
  const line = newLine(database);
  const holder = await line.add("running", { heartbeat: true });
  const part = await line.add("queued", { component: "part", parentId: holder, joinParent: true });
  const behind = await line.add("queued");
  await database.advance("1 hour");
  expect(await summaryOf(behind)).toBe(`running ${holder}, queued ${part}`);
});
