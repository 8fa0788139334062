import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const { holds } = queue;
const release = (id: number) => holds.release(id, { heartbeat: false, key: "" });

const reasonsOf = async (id: number) =>
  (await sql<{ kind: string }[]>`select kind from deploy_queue.waiting_on(${id})`).map(({ kind }) => kind);

describe("a deployment that is held outside", () => {
  test("does not start, and lets all others pass", async () => {
    const line = newLine(database);
    const held = await line.add("queued", { hold: "outside" });
    const next = await line.add("queued");

    expect(await queue.tryStart(held)).toMatchObject({ started: false, waitingOn: [{ kind: "hold" }] });
    expect(await queue.tryStart(next)).toMatchObject({ started: true });
    expect((await queue.deployment(held)).status).toBe("held");
    expect(await outcome(sql`update deploy_queue.deployments set start_timestamp = now() where id = ${held}`)).toBe(
      "QD003",
    );
  });

  test("draws no number while it asks for its turn", async () => {
    const line = newLine(database);
    const held = await line.add("queued", { hold: "outside" });
    for (let look = 0; look < 3; look += 1) expect(await queue.tryStart(held)).toMatchObject({ started: false });
    expect(await line.add("queued")).toBe(held + 1);
  });

  test("stands at the end of the line when it is released, among those of its priority", async () => {
    const line = newLine(database);
    const held = await line.add("queued", { hold: "outside" });
    const earlier = await line.add("queued");
    await release(held);
    const later = await line.add("queued");

    expect(
      await sql`select deployment_id from deploy_queue.queue where region = ${line.region} order by "position"`,
    ).toEqual([{ deployment_id: earlier }, { deployment_id: held }, { deployment_id: later }]);
    expect(await reasonsOf(held)).toEqual(["queued"]);
    expect(await reasonsOf(later)).toEqual(["queued", "queued"]);
  });

  test("is told where it would stand", async () => {
    const line = newLine(database);
    const held = await line.add("queued", { hold: "outside" });
    await line.add("queued");
    expect(await queue.line.forecast(held)).toMatchObject({
      position: 2,
      predicted_start: null,
      blockers: [{ kind: "hold" }, { kind: "queued" }],
    });
  });
});

describe("a deployment that is held in line", () => {
  test("keeps its place, and those behind it wait", async () => {
    const line = newLine(database);
    const held = await line.add("queued", { hold: "in-line" });
    const next = await line.add("queued");

    expect(await reasonsOf(held)).toEqual(["hold"]);
    expect(await reasonsOf(next)).toEqual(["queued"]);
    await release(held);
    expect(await reasonsOf(held)).toEqual([]);
    expect(await reasonsOf(next)).toEqual(["queued"]);
  });

  test("is what those behind it are told, with the cure", async () => {
    const line = newLine(database);
    const held = await line.add("queued", { hold: "in-line" });
    const next = await line.add("queued");
    const text = `deployment ${held} (api) is ahead in the line, on hold until it is released`;
    expect(await queue.line.explain(next)).toMatchObject([
      {
        kind: "queued",
        text,
        cures: [
          { function: "release", arguments: { deployment_id: `${held}` } },
          { function: "bump", arguments: { deployment_id: `${next}`, reason: null } },
        ],
      },
    ]);
    expect(await queue.line.forecast(next)).toMatchObject({ blockers: [{ kind: "queued", hold: "in-line" }] });
    await release(held);
    expect(await queue.line.forecast(next)).toMatchObject({ blockers: [{ kind: "queued", hold: null }] });
  });

  test("lets those with its key pass", async () => {
    const line = newLine(database);
    await line.add("queued", { hold: "in-line", concurrencyKey: "x" });
    expect(await reasonsOf(await line.add("queued", { concurrencyKey: "x" }))).toEqual([]);
  });
});

describe("staging the same again", () => {
  const staged = { hold: "outside", version: "v1", command: ["./deploy.sh", "v1"] } as const;

  test("is refused with QD021, naming the first", async () => {
    const line = newLine(database);
    const first = await line.add("queued", staged);
    await expect(line.add("queued", staged)).rejects.toThrow(`deployment ${first} (api@v1) is staged already`);
    expect(
      await outcome(sql`
      insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, version, command, hold)
      values ('dev', 'aws', ${line.region}, 0, 'api', 'v1', array['./deploy.sh', 'v1'], 'outside')`),
    ).toBe("QD021");
  });

  test.for([
    ["another version", { version: "v2" }],
    ["another command", { command: ["./deploy.sh"] }],
    ["another component", { component: "web" }],
    ["another cell", { cellIndex: 1 }],
    ["a job that waits", { heartbeat: true }],
    ["its place in the line", { hold: "in-line" }],
  ] as const)("is fine with %s", async ([, change]) => {
    const line = newLine(database);
    await line.add("queued", staged);
    await line.add("queued", { ...staged, ...change });
  });

  test("is fine once the first was released or purged", async () => {
    const line = newLine(database);
    await release(await line.add("queued", staged));
    await holds.purge(await line.add("queued", staged));
    await line.add("queued", staged);
  });

  test("is fine when the first came too late, reaped or not", async () => {
    const line = newLine(database);
    await line.add("queued", { ...staged, notAfter: await queue.moment("PT1H") });
    await expect(line.add("queued", staged)).rejects.toThrow("is staged already");
    await database.advance("1 hour");
    await line.add("queued", staged);
  });

  test("by two at once leaves one", async () => {
    const { region } = newLine(database);
    const early = await openSession(database);
    const late = await openSession(database);
    const stage = ({ sql: session }: typeof early) =>
      session`select deploy_queue.enqueue('dev', 'aws', ${region}, 0, 'api', hold => 'outside')`;
    await early.begin();
    await stage(early);
    const pending = outcome(stage(late));
    await untilBlocked(database, late, early);
    await early.commit();
    expect(await pending).toBe("QD021");
  });
});

test.for([
  ["an empty command", "command", "'{}'"],
  ["a command without a program", "command", "array['']"],
  ["a hold on what has started", "start_timestamp, hold", "now(), 'outside'"],
  ["an end before the beginning", "not_before, not_after", "now() + '2 hours', now() + '1 hour'"],
  ["an end that is over", "not_after", "now() - interval '1 second'"],
] as const)("%s is refused", async ([, columns, values]) => {
  const { region } = newLine(database);
  const insert =
    sql.unsafe(`insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, ${columns})
    values ('dev', 'aws', '${region}', 0, 'api', ${values})`);
  expect(await outcome(insert)).toBe("23514");
});
