import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

async function listed(...args: string[]): Promise<number[]> {
  const { stdout } = await cli.run(["list", ...args, "--json"]);
  return JSON.parse(stdout).map((row: Record<string, number>) => row["deployment_id"] ?? row["freeze_id"]);
}

test("list queue, running and staged show one cell by its name, or one region", async () => {
  const place = newPlace();
  const name = `dev-aws-${place.region}-cell-0`;
  const running = await cli.running(place);
  const { id: queued } = await cli.enqueue(place);
  const { id: held } = await cli.enqueue({ ...place, hold: "outside" });
  const { id: beside } = await cli.enqueue({ ...place, cellIndex: 1, hold: "outside" });
  await cli.enqueue(newPlace());

  expect(await listed("queue", "--cell", name)).toEqual([queued]);
  expect(await listed("running", "--cell", name)).toEqual([running]);
  expect(await listed("staged", "--cell", name)).toEqual([held]);
  expect(await listed("staged", "-r", place.region)).toEqual([held, beside]);
});

test("list freezes shows the freezes that cover the place", async () => {
  const { region } = await cli.enqueue(newPlace(await cli.environment()));
  const { region: other, environment } = await cli.enqueue(newPlace(await cli.environment()));
  const whole = await cli.queue.policies.freeze({ environment }, "whole");
  const here = await cli.queue.policies.freeze({ environment, cloudProvider: "aws", region: other }, "here");
  await cli.queue.policies.freeze({ environment, cloudProvider: "aws", region }, "elsewhere");

  expect(await listed("freezes", "--cell", `${environment}-aws-${other}-cell-0`)).toEqual([
    whole.freeze_id,
    here.freeze_id,
  ]);
});

test("a place without any cell is exit code 3, for list, release and purge", async () => {
  for (const command of [["list", "queue"], ["list", "windows"], ["release"], ["purge"]]) {
    const { code, stderr } = await cli.run([...command, "-r", "nowhere"]);
    expect({ command, code }).toEqual({ command, code: 3 });
    expect(stderr).toContain("nowhere has no cell");
  }
});
