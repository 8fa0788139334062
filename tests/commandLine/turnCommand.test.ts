import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

/** A deployment that a run keeps. */
async function kept(place: ReturnType<typeof newPlace>): Promise<number> {
  return cli.running(place, { heartbeat: true });
}

test.each([
  ["--parent", (id: number) => ({ args: ["--parent", String(id)], variables: {} })],
  ["the surrounding run", (id: number) => ({ args: [], variables: { DEPLOY_QUEUE_DEPLOYMENT_ID: String(id) } })],
])("what would wait for its own parent, named by %s, is refused with 4 and told the cure", async (_, named) => {
  const place = newPlace();
  const { args, variables } = named(await kept(place));

  const { code, stderr } = await cli.run(["start", ...place.options, ...args], variables);

  expect(code).toBe(4);
  expect(stderr).toContain("would wait for itself");
  expect(stderr).toContain("--join");
});

test("start --join runs in the hold of its parent", async () => {
  const place = newPlace();
  const id = await kept(place);

  const { code, stdout } = await cli.run(["start", ...place.options, "--join"], {
    DEPLOY_QUEUE_DEPLOYMENT_ID: String(id),
  });

  expect(code).toBe(0);
  expect(await cli.row(Number(stdout))).toMatchObject({ parent_id: id, joined_id: id, status: "running" });
});

test("start --join without a parent is refused with 2", async () => {
  expect(await cli.run(["start", ...newPlace().options, "--join"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("no deployment to join"),
  });
});

test("start with the same idempotency key gives the same deployment, and is refused for other work", async () => {
  const place = newPlace();
  const key = ["--idempotency-key", `key of ${place.region}`];

  const first = await cli.run(["start", ...place.options, ...key]);
  const again = await cli.run(["start", ...place.options, ...key]);
  const other = await cli.run(["start", ...newPlace().options, ...key]);

  expect(first.code).toBe(0);
  expect(again).toMatchObject({ code: 0, stdout: first.stdout });
  expect(other.code).toBe(4);
});

test("stage with the same idempotency key stages once", async () => {
  const command = ["stage", ...newPlace().options, "--idempotency-key", "staged once", "--", "true"];

  const first = await cli.run(command);

  expect(await cli.run(command)).toMatchObject({ code: 0, stdout: first.stdout });
});
