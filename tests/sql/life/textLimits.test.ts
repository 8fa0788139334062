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
const fields: [field: string, limit: number | null, more: object][] = [
  ["cloud_provider", 100, {}],
  ["region", 100, {}],
  ["component", 200, {}],
  ["version", 100, {}],
  ["concurrency_key", 100, {}],
  ["idempotency_key", 200, {}],
  ["url", null, {}],
  ["note", null, {}],
  ["cancellation_note", null, ended],
];
const refusal = (field: string, limit: number | null) => ({
  code: "23514",
  constraint_name: `${field}_must_be_${limit === null ? "" : `1_to_${limit}_`}printable_characters`,
});

describe.for(fields)("%s", ([field, limit, more]) => {
  test.for(Object.entries(unprintable))("refuses a %s", async ([, character]) => {
    await expect(insert({ ...more, [field]: `a${character}b` })).rejects.toMatchObject(refusal(field, limit));
  });

  test("accepts spaces, quotes, other scripts and emoji", async () => {
    await insert({ ...more, [field]: `it's "ü" \\ % 漢字 🚀 ${field}` });
  });
});

for (const [field, limit, more] of fields) {
  if (limit === null) {
    test(`${field} may be empty and long`, async () => {
      await insert({ ...more, [field]: "" });
      await insert({ ...more, [field]: "x".repeat(10_000) });
    });
  } else {
    test(`${field} is not empty and not longer than ${limit} characters`, async () => {
      await insert({ ...more, [field]: "🚀".repeat(limit) });
      await expect(insert({ ...more, [field]: "x".repeat(limit + 1) })).rejects.toMatchObject(refusal(field, limit));
      await expect(insert({ ...more, [field]: "" })).rejects.toMatchObject(refusal(field, limit));
    });
  }
}

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
