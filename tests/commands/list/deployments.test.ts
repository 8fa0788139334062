import { expect, test } from "vitest";
import { newPlace, useCommandLine } from "../../support/commandLine.js";

const cli = useCommandLine();

test("list deployments shows those of a place, a component, a version, a state or an actor, the newest first", async () => {
  const place = newPlace(await cli.environment());
  const { id: first } = await cli.enqueue({ ...place, component: "api", version: "v1" });
  await cli.queue.tryStart(first);
  await cli.queue.fail(first, "it broke");
  const { id: second } = await cli.enqueue({ ...place, component: "api", version: "v2" });
  const { id: other } = await cli.enqueue({ ...place, component: "web", version: "v2" });
  const listed = async (...options: string[]): Promise<number[]> => {
    const { stdout } = await cli.run(["list", "deployments", "-e", place.environment, "--json", ...options]);
    return JSON.parse(stdout).map(({ deployment_id }: { deployment_id: number }) => deployment_id);
  };

  expect(await listed()).toEqual([other, second, first]);
  expect(await listed("--component", "api")).toEqual([second, first]);
  expect(await listed("--version", "v2", "--component", "api")).toEqual([second]);
  expect(await listed("--status", "failed")).toEqual([first]);
  expect(await listed("--by", "nobody")).toEqual([]);
  expect(await listed("--by", "deploy_queue")).toEqual([other, second, first]);
  expect(await listed("--limit", "1")).toEqual([other]);
  await cli.advance("25 hours");
  expect(await listed()).toEqual([]);
  expect(await listed("--since", "2d")).toEqual([other, second, first]);
});

test("list deployments says when there are more, and refuses a state that does not exist", async () => {
  const { environment } = newPlace(await cli.environment());
  for (const component of ["a", "b"]) await cli.enqueue({ environment, component });
  const more = await cli.run(["list", "deployments", "-e", environment, "--limit", "1"]);
  expect(more.stdout.trimEnd().split("\n")).toHaveLength(2);
  expect(more.stderr).toContain("these are the newest 1; --limit shows more");
  expect(await cli.run(["list", "deployments", "--status", "deploying"])).toMatchObject({
    ...{ code: 2, stderr: expect.stringMatching(/--status must be one of .*running/) },
  });
});

test("list latest shows how far the newest version is in each cell", async () => {
  const environment = await cli.environment();
  const [done, behind] = [newPlace(environment), newPlace(environment)];
  for (const [place, version] of [
    [behind, "v1"],
    [done, "v2"],
  ] as const) {
    const { id } = await cli.enqueue({ ...place, component: "api", version });
    await cli.queue.tryStart(id);
    await cli.queue.finish(id);
  }
  const { stdout } = await cli.run(["list", "latest", "-e", environment, "--status", "pending", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject([{ region: behind.region, version: "v2", cell_version: "v1" }]);
});

test("list queue and list running show one component or one state", async () => {
  const place = newPlace(await cli.environment());
  const running = await cli.running(place);
  const { id: queued } = await cli.enqueue({ ...place, component: "web" });
  const { id: held } = await cli.enqueue({ ...place, component: "web", hold: "in-line" });
  const listed = async (...command: string[]): Promise<number[]> => {
    const { stdout } = await cli.run(["list", ...command, "-e", place.environment, "--json"]);
    return JSON.parse(stdout).map(({ deployment_id }: { deployment_id: number }) => deployment_id);
  };
  expect(await listed("queue", "--component", "web")).toEqual([queued, held]);
  expect(await listed("queue", "--status", "held")).toEqual([held]);
  expect(await listed("running", "--component", "web")).toEqual([]);
  expect(await listed("running", "--status", "running")).toEqual([running]);
});

test("an error is one JSON object with --json", async () => {
  const { code, stderr } = await cli.run(["info", "123456789", "--json"]);
  expect(code).toBe(3);
  expect(JSON.parse(stderr)).toMatchObject({
    event: "error",
    exit_code: 3,
    message: expect.stringContaining("123456789"),
    deployment_id: 123_456_789,
    code: null,
  });
  expect(JSON.parse((await cli.run(["info", "--json"])).stderr)).toMatchObject({ event: "error", exit_code: 2 });
});
