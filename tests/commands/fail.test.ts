import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

test.each([false, true])("fail ends a running deployment as failed (kept: %s)", async (heartbeat) => {
  const id = await cli.running(newPlace(), { heartbeat });

  const { code, stdout, stderr } = await cli.run(["fail", String(id), "--note", "health checks"]);

  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(stderr).toContain(`deployment ${id} (holder) failed at `);
  expect(await cli.row(id)).toMatchObject({ status: "failed", cancellation_note: "health checks" });
});

test("fail of a queued deployment is refused with 4", async () => {
  const { id } = await cli.enqueue();

  expect((await cli.run(["fail", String(id)])).code).toBe(4);
});
