import { expect, test } from "vitest";
import { useCommandLine } from "../../support/commandLine.js";

const cli = useCommandLine();
const list = (...more: readonly string[]) => cli.run(["list", "bad-versions", ...more]);

test("list bad-versions shows where a version is marked bad, by whom and why, until it is taken back", async () => {
  expect(await list()).toMatchObject({ code: 0, stdout: "No version is marked bad.\n" });
  for (const component of ["api", "web"]) {
    await cli.enqueue({ component, version: "v3" });
    await cli.run(["mark-bad", "--component", component, "--version", "v3", "--reason", "it loses orders"]);
  }
  await cli.sql`update deploy_queue.bad_versions set environments = '{dev}' where component = 'web'`;

  const { code, stdout } = await list();
  expect(code).toBe(0);
  expect(stdout.replaceAll(/\S+Z/g, "then")).toMatch(/^component +version +environments +since +by +reason\n/);
  expect(stdout).toMatch(/^api +v3 +all +.*Z +tester +it loses orders$/m);
  expect(stdout).toMatch(/^web +v3 +dev +.*Z +tester +it loses orders$/m);

  const components = async (...more: readonly string[]) =>
    JSON.parse((await list("--json", ...more)).stdout).map(({ component }: { component: string }) => component);
  expect(await components("-e", "dev")).toEqual(["api", "web"]);
  expect(await components("-e", "prod")).toEqual(["api"]);
  expect(await components("--component", "web", "--version", "v3")).toEqual(["web"]);
  expect(await components("--version", "v4")).toEqual([]);
  await cli.run(["mark-good", "--component", "api", "--version", "v3"]);
  expect(await components()).toEqual(["web"]);
});
