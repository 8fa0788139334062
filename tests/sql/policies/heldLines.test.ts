import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;

test("a held line shows its cell, why and by whom, until it is released", async () => {
  const line = newLine(database);
  const id = await line.add("finished");
  const cell = { environment: "dev", cloudProvider: "aws", region: line.region, cellIndex: 0 };
  await queue.policies.holdLine(cell, "looks odd", id);
  await queue.policies.holdLine(cell, "looks very odd", id);
  const [{ principal } = {}] = await sql<{ principal: string }[]>`select session_user::text as principal`;
  expect(await queue.policies.heldLines("dev")).toEqual([
    {
      ...{ environment: "dev", cloud_provider: "aws", region: line.region, cell_index: 0, deployment_id: id },
      ...{ reason: "looks very odd", actor: principal, held_at: expect.any(Date) },
    },
  ]);
  expect(await queue.policies.heldLines("prod")).toEqual([]);
  await queue.policies.releaseLine(cell);
  expect(await queue.policies.heldLines()).toEqual([]);
});
