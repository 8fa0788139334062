import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const { sql } = useDatabase();

const base = { environment: "dev", cloud_provider: "aws", region: "here", cell_index: 0, component: "api" };
const insert = (row: Readonly<Record<string, unknown>>) =>
  sql`insert into deploy_queue.deployments ${sql({ ...base, ...row })}`;

const unprintable = {
  tab: "\t",
  newline: "\n",
  escape: "\u001b",
  delete: "\u007f",
  nextLine: "\u0085",
  lineSeparator: "\u2028",
  override: "\u202e",
  isolate: "\u2066",
};

const ended = { cancellation_timestamp: new Date(0) };
const fields: [field: string, shortest: number, limit: number, more: object][] = [
  ["version", 1, 100, {}],
  ["concurrency_key", 1, 100, {}],
  ["idempotency_key", 1, 200, {}],
  ["note", 0, 2000, {}],
  ["cancellation_note", 0, 2000, ended],
];
const refusal = (field: string, shortest: number, limit: number) => ({
  code: "23514",
  constraint_name: `${field}_must_be_${shortest}_to_${limit}_printable_characters`,
});

describe.for(fields)("%s", ([field, shortest, limit, more]) => {
  test.for(Object.entries(unprintable))("refuses a %s", async ([, character]) => {
    await expect(insert({ ...more, [field]: `a${character}b` })).rejects.toMatchObject(refusal(field, shortest, limit));
  });

  test("accepts spaces, quotes, other scripts and emoji", async () => {
    await insert({ ...more, [field]: `it's "ü" \\ % 漢字 🚀 ${field}` });
  });
});

for (const [field, shortest, limit, more] of fields) {
  test(`${field} has ${shortest} to ${limit} characters`, async () => {
    await insert({ ...more, [field]: "🚀".repeat(limit) });
    await expect(insert({ ...more, [field]: "x".repeat(limit + 1) })).rejects.toMatchObject(
      refusal(field, shortest, limit),
    );
    const empty = insert({ ...more, [field]: "" });
    await (shortest === 0 ? empty : expect(empty).rejects.toMatchObject(refusal(field, shortest, limit)));
  });
}

test("url has 0 to 2000 characters, none of them unprintable", async () => {
  const url = "https://example.test/";
  await insert({ url: url.padEnd(2000, "ü") });
  await insert({ url: "" });
  for (const wrong of [url.padEnd(2001, "x"), ...Object.values(unprintable).map((character) => `${url}${character}`)]) {
    await expect(insert({ url: wrong })).rejects.toMatchObject(refusal("url", 0, 2000));
  }
});

test.for(["javascript:alert(1)", "data:text/html,x", "//example.test", " https://example.test", "ftp://x", "job 7"])(
  "url is the address of a page, which %j is not",
  async (url) => {
    const refused = { code: "23514", constraint_name: "url_must_begin_with_http_or_https" };
    await expect(insert({ url })).rejects.toMatchObject(refused);
    await expect(
      sql`select deploy_queue.record_bypass('dev', 'aws', 'here', 0, 'api', 'sev 1', url => ${url})`,
    ).rejects.toMatchObject(refused);
  },
);

const names = [
  ["cloud_provider", 100],
  ["region", 100],
  ["component", 200],
] as const;

describe.for(names)("%s", ([field, limit]) => {
  test.for([...Object.values(unprintable), " ", "ü", "漢", "🚀", "\u200b", "'", ";"])(
    "has no character such as %j",
    async (character) => {
      await expect(insert({ [field]: `a${character}b` })).rejects.toMatchObject({ code: "QD041" });
    },
  );

  test("loses outer blanks", async () => {
    await insert({ [field]: `  blank-${field} ` });
    expect(await sql`select from deploy_queue.deployments where ${sql(field)} = ${`blank-${field}`}`).toHaveLength(1);
  });

  test("is no other spelling of a known one", async () => {
    await insert({ [field]: `Spelt-${field}` });
    await expect(insert({ [field]: `spelt-${field.toUpperCase()}` })).rejects.toMatchObject({
      code: "QD041",
      hint: expect.stringContaining(`Write Spelt-${field}.`),
    });
  });

  test(`has 1 to ${limit} characters`, async () => {
    const refused = { code: "23514", constraint_name: `${field}_must_be_1_to_${limit}_printable_characters` };
    await insert({ [field]: "x".repeat(limit) });
    await expect(insert({ [field]: "x".repeat(limit + 1) })).rejects.toMatchObject(refused);
    await expect(insert({ [field]: " " })).rejects.toMatchObject(refused);
  });
});

test("command has 16000 characters at most", async () => {
  const refused = { code: "23514", constraint_name: "command_must_be_at_most_16000_characters" };
  await expect(insert({ command: `{sh,${"x".repeat(16_000)}}` })).rejects.toMatchObject(refused);
});

describe("a cell index", () => {
  test("below 0 is refused", async () => {
    await expect(insert({ cell_index: -1 })).rejects.toMatchObject({
      code: "23514",
      constraint_name: "cell_index_must_be_0_or_more",
    });
  });

  test("may be 0 and the largest integer", async () => {
    await insert({ cell_index: 0 });
    await insert({ cell_index: 2147483647 });
  });
});

test.for(["cloud_provider", "region", "cell_index", "component"])("%s is required", async (field) => {
  await expect(insert({ [field]: null })).rejects.toMatchObject({ code: "23502", column_name: field });
});

test.for([
  ["finish_timestamp_requires_start_timestamp", { finish_timestamp: new Date(2000) }],
  [
    "finish_timestamp_must_not_precede_start_timestamp",
    { start_timestamp: new Date(2000), finish_timestamp: new Date(1000) },
  ],
  [
    "a_deployment_ends_once",
    { start_timestamp: new Date(1000), finish_timestamp: new Date(2000), cancellation_timestamp: new Date(2000) },
  ],
  ["cancellation_note_requires_cancellation_timestamp", { cancellation_note: "no" }],
] as const)("%s", async ([constraint, row]) => {
  await expect(insert(row)).rejects.toMatchObject({ code: "23514", constraint_name: constraint });
});
