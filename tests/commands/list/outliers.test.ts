import { expect, test } from "vitest";
import { newPlace, stepOutput, useCommandLine, useDirectory } from "../../support/commandLine.js";
import { insertFinished } from "../../support/history.js";

const line = useCommandLine();
const directory = useDirectory();

test("prints nothing but an empty list when there is no outlier", async () => {
  const { code, stdout } = await line.run(["list", "outliers"]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "[]\n" });
});

test("prints each as JSON with durations for people, and sets the output of the step", async () => {
  const { environment, region, options } = newPlace();
  const durations = ["8 minutes", "10 minutes", "12 minutes"];
  await insertFinished(line, { environment, region, endedAgo: "1 day", durations });
  const started = await line.run(["start", ...options, "--version", "v2", "--url", "https://x", "--note", "slow one"]);
  const other = newPlace();
  await insertFinished(line, { environment, region: other.region, endedAgo: "1 day", durations });
  const { id } = await line.enqueue({ environment, region: other.region });
  await line.queue.tryStart(id);
  await line.advance("90 minutes");

  const idsOf = async (...filters: string[]) =>
    JSON.parse((await line.run(["list", "outliers", ...filters])).stdout).map((row: { id: number }) => row.id);
  expect(await idsOf("--cell", `dev-aws-${other.region}-cell-0`, "--component", "api")).toEqual([id]);
  expect(await idsOf("--environment", "dev", "--component", "web")).toEqual([]);
  expect((await line.run(["list", "outliers", "--environment", "nowhere"])).code).toBe(3);

  const output = stepOutput(directory);
  const { stdout } = await line.runProcess(["list", "outliers"], { GITHUB_OUTPUT: output.path });
  const expected = {
    env: environment,
    cloud_provider: "aws",
    cell_index: 0,
    component: "api",
    current_duration: expect.stringMatching(/^1h 30m( \d+s)?$/),
    avg_duration: "10m",
    stddev_duration: "2m",
  };
  expect(JSON.parse(stdout)).toEqual([
    { ...expected, id: Number(started.stdout), region, url: "https://x", note: "slow one", version: "v2" },
    { ...expected, id, region: other.region, url: null, note: null },
  ]);
  expect(stdout).toContain('\n    "env": "dev"');
  expect(output.read()).toMatch(/^active-outliers<<(\S+)\n\[\{"id":\d+,.*\]\n\1\n$/);
});
