import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;

const enter = async (url: string, hold: "outside" | null = null) => {
  const { region } = newLine(database);
  const [row] = await sql<{ id: number }[]>`
    select id from deploy_queue.enqueue('dev', 'aws', ${region}, 0, 'api', url => ${url}, hold => ${hold})`;
  return row?.id ?? 0;
};

test("of several with one url it is the newest that is queued or running", async () => {
  const url = "https://example.org/several";
  const [first, second, third] = [await enter(url), await enter(url), await enter(url)];
  await enter("https://example.org/other");
  const found = async () => (await queue.liveDeploymentByUrl(url))?.id;

  expect(await found()).toBe(third);
  await queue.cancel(third);
  expect(await found()).toBe(second);
  await queue.tryStart(second);
  expect(await found()).toBe(second);
  await queue.finish(second);
  expect(await found()).toBe(first);
});

test("the url of what is only staged is not that of a job", async () => {
  await enter("https://example.org/1", "outside");
  expect(await queue.liveDeploymentByUrl("https://example.org/1")).toBeUndefined();
});
