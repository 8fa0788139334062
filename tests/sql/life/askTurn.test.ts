import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const database = useDatabase();
const { sql, queue } = database;
let regions = 0;

interface Question {
  readonly environment?: string;
  readonly region?: string | undefined;
  readonly component?: string;
  readonly sequence?: number;
  readonly version?: string;
  readonly maxDuration?: string;
  readonly askEvery?: string;
  readonly key?: string;
  readonly confirmation?: string;
}

async function ask(question: Question) {
  const place = question.region === undefined ? [null, null, null] : ["aws", question.region, 0];
  const [row] = await sql<{ proceed: boolean; reason: string; seconds: number | null; id: number }[]>`
    select proceed, reason, extract(epoch from retry_after)::float8 as seconds, deployment_id as id
    from deploy_queue.ask_turn(
      ${question.environment ?? "dev"}, ${question.component ?? "api"}, ${place[0] ?? null}, ${place[1] ?? null}, ${place[2] ?? null},
      sequence => ${question.sequence ?? null}, version => ${question.version ?? null}, confirmation => ${question.confirmation ?? null},
      max_duration => ${question.maxDuration ?? null}, ask_every => ${question.askEvery ?? null}, idempotency_key => ${question.key ?? null}
    )`;
  if (row === undefined) throw new Error("no answer");
  return row;
}
const newRegion = () => `turn-${regions++}`;
const status = async (id: number) => (await queue.deployment(id)).status;

test("the first question enters the line, the same one finds its place, and it starts when its turn has come", async () => {
  const question = { region: newRegion(), sequence: 7, maxDuration: "1 hour" };
  const { id: holder } = await database.enqueue({ region: question.region, component: "holder" });
  await queue.tryStart(holder);

  const first = await ask(question);
  expect(first).toMatchObject({ proceed: false, reason: expect.stringContaining("holder"), seconds: 30 });
  expect(await ask(question)).toEqual(first);
  await queue.finish(holder);
  const started = { proceed: true, id: first.id, seconds: null, reason: expect.stringContaining("01:00:00") };
  expect(await ask(question)).toMatchObject(started);
  expect(await ask(question)).toMatchObject(started);
  await queue.finish(first.id);
  await expect(ask(question)).rejects.toMatchObject({ code: "QD006" });
});

test("the place is kept for three times as long as it takes until the next question, at least", async () => {
  const question = { region: newRegion(), sequence: 1, maxDuration: "1 hour", askEvery: "10 minutes" };
  const { id: holder } = await database.enqueue({ region: question.region, component: "holder" });
  await queue.tryStart(holder);
  const { id, seconds } = await ask(question);
  expect(seconds).toBe(600);

  await database.advance("29 minutes");
  await queue.upkeep.reapStaleDeployments();
  expect(await status(id)).toBe("queued");
  await database.advance("2 minutes");
  await queue.upkeep.reapStaleDeployments();
  expect(await status(id)).toBe("cancelled");
});

test("nobody keeps what may proceed: it is reaped after its maximum duration, and not before", async () => {
  const { id } = await ask({ region: newRegion(), sequence: 1, maxDuration: "1 hour" });
  await database.advance("59 minutes");
  await queue.upkeep.reapStaleDeployments();
  expect(await status(id)).toBe("running");
  await database.advance("2 minutes");
  await queue.upkeep.reapStaleDeployments();
  expect(await status(id)).toBe("cancelled");
});

test("another sequence, component or version is another place, and a key of the caller's own tells them apart otherwise", async () => {
  const question = { region: newRegion(), maxDuration: "1 hour" };
  const answers = [
    await ask({ ...question, sequence: 1 }),
    await ask({ ...question, sequence: 2 }),
    await ask({ ...question, sequence: 1, component: "web" }),
    await ask({ ...question, sequence: 1, version: "v2" }),
    await ask({ ...question, key: "run 1" }),
  ];
  expect(new Set(answers.map(({ id }) => id)).size).toBe(5);
  expect((await ask({ ...question, key: "run 1" })).id).toBe(answers[4]?.id);
});

test("without a cell it is the only one of the environment", async () => {
  await queue.environments.set("lone", { maxDuration: 3_600 });
  await expect(ask({ environment: "lone", sequence: 1 })).rejects.toMatchObject({
    ...{
      code: "QD073",
      message: expect.stringContaining("cloud_provider, region and cell_index: environment lone has 0 cells"),
    },
  });
  await database.enqueue({ environment: "lone", region: "one" });
  const { id } = await ask({ environment: "lone", sequence: 1 });
  expect((await queue.deployment(id)).region).toBe("one");
});

test("what lacks a maximum duration or a name for the place is refused", async () => {
  const region = newRegion();
  await expect(ask({ region, sequence: 1 })).rejects.toMatchObject({
    ...{ code: "QD073", message: expect.stringContaining("ask_turn needs max_duration") },
  });
  await expect(ask({ region, maxDuration: "1 hour" })).rejects.toMatchObject({
    ...{ code: "QD073", message: expect.stringContaining("sequence or idempotency_key") },
  });
  await expect(ask({ region, sequence: 1, maxDuration: "1 hour", askEvery: "1 day" })).rejects.toMatchObject({
    ...{ code: "QD073", message: "ask_every must be between 1 second and 1 hour" },
  });
});

test("a question without the phrase that is demanded is rejected, and recorded", async () => {
  await queue.environments.set("gated", { confirmation: "deploy-now", maxDuration: 3_600 });
  const question = { environment: "gated", region: newRegion(), sequence: 1 };
  const { proceed, id, reason } = await ask({ ...question, confirmation: "no" });
  expect({ proceed, reason }).toEqual({ proceed: false, reason: expect.stringContaining("deploy-now") });
  expect(await status(id)).toBe("rejected");
  expect(await ask({ ...question, key: "again", confirmation: "deploy-now" })).toMatchObject({ proceed: true });
});
