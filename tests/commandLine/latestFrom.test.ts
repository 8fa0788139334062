import { beforeAll, expect, test } from "vitest";
import { runStep, stepInputs } from "../support/action.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();
const inputs = stepInputs(cli.url);

beforeAll(async () => {
  await cli.queue.environments.set("staging", {});
  await cli.queue.environments.set("live", { promoteFrom: "staging", sameArtifact: true });
  for (const version of ["v2", "v3"]) {
    const { id } = await cli.enqueue({ environment: "staging", version, artifact: `sha256:${version}` });
    await cli.queue.tryStart(id);
    await cli.queue.finish(id);
  }
});

test("run --latest-from deploys the version that finished last there, says so, and its command knows it", async () => {
  const { code, stdout, stderr } = await cli.runProcess([
    ...["run", ...newPlace("live").options, "--latest-from", "staging", "--"],
    ...["sh", "-c", 'echo "$DEPLOY_QUEUE_VERSION $DEPLOY_QUEUE_ARTIFACT"'],
  ]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "v3 sha256:v3\n" });
  expect(stderr).toMatch(/api@v3 is promoted: it finished last in staging, at .+, as deployment \d+/);
});

test.each(["start", "stage"])("%s --latest-from does the same", async (command) => {
  const place = newPlace("live");
  const { stdout } = await cli.run([command, ...place.options, "--latest-from", "staging"]);
  expect(await cli.row(Number(stdout))).toMatchObject({ version: "v3", artifact: "sha256:v3" });
});

test("a step with latest-from does the same, and its output names the version", async () => {
  const { outputs, log } = await runStep(inputs("start", newPlace("live"), { version: "", "latest-from": "staging" }));
  expect(outputs["version"]).toBe("v3");
  expect(log).toContain("api@v3 is promoted: it finished last in staging");
});

test("--latest-from goes with no version and no artifact", async () => {
  const run = (...more: string[]) =>
    cli.run(["start", ...newPlace("live").options, "--latest-from", "staging", ...more]);
  expect(await run("--version", "v2")).toMatchObject({ code: 2 });
  expect((await run("--artifact", "x")).stderr).toContain("--latest-from and --artifact do not go together");
  const step = await runStep(inputs("start", newPlace("live"), { version: "v2", "latest-from": "staging" }));
  expect(step.code).toBe(1);
  expect(step.log).toContain("latest-from and version do not go together");
});

test("--latest-from of an environment in which nothing has finished is exit code 4, and of an unknown one 3", async () => {
  const run = (from: string) => cli.run(["start", ...newPlace("live").options, "--latest-from", from]);
  const none = await run("prod");
  expect(none).toMatchObject({ code: 4, stdout: "" });
  expect(none.stderr).toContain("no version of api has finished in prod");
  expect((await run("nowhere")).code).toBe(3);
});
