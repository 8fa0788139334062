import { expect, test } from "vitest";
import { useCommandLine } from "../../support/commandLine.js";
import { newTarget } from "../../support/targets.js";

const cli = useCommandLine();

test("each target is a line: where it is, what it takes, and who serves it", async () => {
  expect((await cli.run(["list", "targets"])).stdout).toBe("No agent serves a target.\n");
  const [one, other] = [newTarget({ refs: ["main"] }), newTarget()];
  await cli.queue.work.register("host-1", [one, other]);
  await cli.queue.work.register("host-2", [one]);
  const { stdout } = await cli.run(["list", "targets"]);
  expect(stdout.split("\n")[1]).toMatch(
    new RegExp(
      `^${one.target} +dev-aws-${one.region}-cell-0 +${one.component} +/var/www/${one.target} +main +host-1, last there \\S+; host-2, last there \\S`,
    ),
  );
  const { stdout: json } = await cli.run(["list", "targets", "--environment", "dev", "--json"]);
  expect(JSON.parse(json)).toMatchObject([
    { ...one, agents: ["host-1", "host-2"] },
    { ...other, agents: ["host-1"], seen_at: expect.any(String) },
  ]);
});
