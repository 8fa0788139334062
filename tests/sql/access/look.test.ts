import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newToken } from "../../support/tokens.js";

const database = useDatabase();
const { sql } = database;
let reader: Buffer;

beforeAll(async () => {
  await database.queue.roles.create();
  reader = await newToken(sql, "reader", "reader");
  for (const index of [1, 2, 3]) {
    await sql`select deploy_queue.enqueue('dev', 'aws', 'us-west-2', ${index}, 'api', max_duration => '90 seconds')`;
  }
});

interface Asked {
  readonly view?: string;
  readonly conditions?: object;
  readonly atLeast?: object;
  readonly by?: readonly string[];
  readonly after?: unknown;
  readonly atMost?: number;
}

async function look({ view = "deployments_with_status", ...asked }: Asked, credential = reader): Promise<unknown[]> {
  const rows = await sql<{ answer: unknown }[]>`
    select answer from deploy_queue.look(
      ${credential}, ${view}, ${JSON.stringify(asked.conditions ?? {})}::text::jsonb, 
      at_least => ${JSON.stringify(asked.atLeast ?? {})}::text::jsonb, by => ${`{${(asked.by ?? []).join()}}`}::text::text[],
      after => ${asked.after === undefined ? null : JSON.stringify(asked.after)}::text::jsonb, at_most => ${asked.atMost ?? null}
    ) as answer`;
  return rows.map(({ answer }) => answer);
}

test("one deployment that is named by its id is the same as it is among others", async () => {
  const [first, ...others] = await look({ by: ["id"] });
  expect(await look({ conditions: { id: Object(first).id } })).toEqual([first]);
  expect(others).toHaveLength(2);
  expect(await look({ conditions: { id: 999_999 } })).toEqual([]);
});

test("rows come by their fields, in order, from where a page ended, with durations in seconds", async () => {
  const newest = await look({ by: ["-cell_index"], atMost: 2 });
  expect(newest).toMatchObject([{ cell_index: 3, max_duration: 90, status: "queued" }, { cell_index: 2 }]);
  expect(await look({ by: ["-cell_index"], after: 2 })).toMatchObject([{ cell_index: 1 }]);
  expect(await look({ conditions: { cell_index: 2, environment: "dev" } })).toHaveLength(1);
  expect(
    await look({ conditions: { cell_index: [1, 3], status: ["queued"] }, by: ["environment", "-cell_index"] }),
  ).toMatchObject([{ cell_index: 3 }, { cell_index: 1 }]);
  expect(await look({ atLeast: { cell_index: 2 } })).toHaveLength(2);
});

test("pages of any order hold each row once, also where fields are equal or empty", async () => {
  const { id } = await database.enqueue({ cellIndex: 3, version: "v1" });
  await database.enqueue({ cellIndex: 3, version: "v2" });
  for (const by of [
    ["version", "-id"],
    ["-version", "id"],
    ["-environment", "cell_index", "-id"],
  ]) {
    const whole = await look({ by });
    const pages: unknown[] = [];
    for (let page = await look({ by, atMost: 1 }); page.length > 0; ) {
      pages.push(...page);
      const last = Object(page[0]);
      page = await look({ by, atMost: 1, after: by.map((field) => last[field.replace("-", "")]) });
    }
    expect(pages).toEqual(whole);
    expect(whole).toHaveLength(5);
  }
  expect(await look({ by: ["version", "-id"], atMost: 1 })).toMatchObject([{ id }]);
});

test.for([
  [{ view: "nothing" }, "QD071"],
  [{ view: "_all_queued" }, "QD071"],
  [{ view: "deployments" }, "QD071"],
  [{ view: "tokens" }, "QD071"],
  [{ conditions: { colour: "red" } }, "QD073"],
  [{ by: ["id", "colour"] }, "QD073"],
  [{ atLeast: { colour: 1 } }, "QD073"],
  [{ conditions: { cell_index: "1" } }, "QD073"],
  [{ by: ["id"], after: ["1"] }, "QD073"],
] as const)("%j is refused with %s", async ([asked, code]) => {
  await expect(look(asked)).rejects.toMatchObject({ code });
});

test("what only an operator reads is read with the token of one", async () => {
  const rows = look({ view: "deployments" }, await newToken(sql, "operator", "operator"));
  expect(await rows).toHaveLength(5);
});

test("an answer of more than 16 MiB is refused, and its pages are given", async () => {
  await sql`
    insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, note, url, start_timestamp, finish_timestamp)
    select 'dev', 'aws', 'us-west-2', 9, 'api', repeat('n', 2000), 'https://example.com/' || repeat('u', 1900), now() - interval '2 minutes', now() - interval '1 minute'
    from generate_series(1, 3500)`;
  await expect(look({ by: ["id"], atMost: 10_000 })).rejects.toMatchObject({
    code: "QD073",
    message: expect.stringContaining("more than 16 MiB"),
  });
  expect(await look({ by: ["id"], atMost: 500 })).toHaveLength(500);
});
