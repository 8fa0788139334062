import { expect, test } from "vitest";
import { program } from "../support/cli.js";
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

test.each([
  ["start", []],
  ["run", ["--", "true"]],
])(
  "%s with a --parent that does not exist is refused with 3; one of a surrounding run may be in another queue",
  async (command, work) => {
    const place = newPlace();
    const unknown = await cli.run([command, ...place.options, "--parent", "99999", ...work]);
    expect(unknown).toMatchObject({ code: 3, stderr: expect.stringContaining("deployment 99999 does not exist") });
    const elsewhere = await cli.runProcess([command, ...place.options, ...work], {
      DEPLOY_QUEUE_DEPLOYMENT_ID: "99999",
    });
    expect(elsewhere.code).toBe(0);
  },
);

test("a run whose work has ended names how a part ends that nothing keeps", async () => {
  const place = newPlace();
  const script = '"$0" "$1" start $2 --component part --join >/dev/null';
  const options = place.options.slice(0, -2).join(" ");
  const parent = cli.launch([
    "run",
    ...place.options,
    "--pass-database-url",
    "--",
    "sh",
    "-c",
    script,
    ...program,
    options,
  ]);
  const [, id] = await parent.printed(
    /still runs in its hold; waiting for its end\. That one has no keeper and never ends by itself: "deploy-queue finish (\d+)" or "deploy-queue cancel deployment \1" ends it/,
  );
  await cli.queue.finish(Number(id));
  expect((await parent.end).code).toBe(0);
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
