import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { outcome } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const { policies } = queue;

test("without its last window, an environment is deployed to at all times", async () => {
  const day = ((new Date().getUTCDay() + 3) % 7) + 1;
  const { window_id: window } = await policies.addWindow("dev", [day], "02:00", "02:01", "UTC");
  const id = await newLine(database).add("queued");
  expect(await queue.tryStart(id)).toMatchObject({ started: false, waitingOn: [{ kind: "window" }] });
  expect(await policies.removeWindow(window)).toMatchObject({ environment: "dev" });
  expect(await policies.windows("dev")).toEqual([]);
  expect(await queue.tryStart(id)).toMatchObject({ started: true });
});

test("one that does not exist cannot be removed (QD027)", async () => {
  expect(await outcome(sql`select deploy_queue.remove_window(0)`)).toBe("QD027");
});
