import { expect, test } from "vitest";
import { useCommandLine } from "../../support/commandLine.js";

const cli = useCommandLine();

function place(environment: string, index = 0): string[] {
  return ["-e", environment, "-p", "aws", "-r", "us-west-2", "-i", String(index)];
}

async function listed(environment: string): Promise<string[]> {
  const { stdout } = await cli.run(["list", "cells", "-e", environment, "--json"]);
  return JSON.parse(stdout).map(({ cell_index }: { cell_index: number }) => `${cell_index}`);
}

test("a closed environment takes deployments to added cells alone", async () => {
  const environment = await cli.environment();
  await cli.run(["environment", "set", environment, "--cells", "closed"]);
  const start = ["start", "-c", "api", ...place(environment)];

  const refused = await cli.run(start);
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain('An operator adds it with "deploy-queue cell add"');

  const added = await cli.run(["cell", "add", ...place(environment), "--json"]);
  expect(JSON.parse(added.stdout)).toEqual({ environment, cloud_provider: "aws", region: "us-west-2", cell_index: 0 });
  expect((await cli.run(start)).code).toBe(0);

  await cli.run(["environment", "set", environment, "--cells", "open"]);
  expect((await cli.run(["start", "-c", "api", ...place(environment, 1)])).code).toBe(0);
});

test("a retired cell takes no deployments and is not listed, until it is added again by its name", async () => {
  const environment = await cli.environment();
  await cli.run(["cell", "add", ...place(environment)]);
  await cli.run(["cell", "add", ...place(environment, 1)]);
  const name = `${environment}-aws-us-west-2-cell-0`;

  expect((await cli.run(["cell", "retire", "--cell", name])).stderr).toContain(`cell ${name} is retired`);
  expect(await listed(environment)).toEqual(["1"]);
  const { code, stderr } = await cli.run(["start", "-c", "api", "--cell", name]);
  expect(code).toBe(4);
  expect(stderr).toContain(`${name} was retired`);

  expect((await cli.run(["cell", "add", "--cell", name])).code).toBe(0);
  expect(await listed(environment)).toEqual(["0", "1"]);
});

test("a cell that is not known cannot be retired: exit code 3", async () => {
  const environment = await cli.environment();

  expect((await cli.run(["cell", "retire", ...place(environment)])).code).toBe(3);
  expect((await cli.run(["cell", "retire", "--cell", "nowhere"])).code).toBe(3);
  expect((await cli.run(["cell", "retire", "-e", environment])).stderr).toContain(
    "--provider, --region, --cell-index are",
  );
});

test("a cell has as many slots as its environment, unless cell set says otherwise", async () => {
  const environment = await cli.environment();
  await cli.run(["environment", "set", environment, "--slots", "2"]);
  await cli.run(["cell", "add", ...place(environment)]);
  await cli.run(["cell", "add", ...place(environment, 1)]);
  const { code, stderr, stdout } = await cli.run(["cell", "set", ...place(environment), "--slots", "3", "--json"]);
  expect({ code, slots: JSON.parse(stdout).slots }).toEqual({ code: 0, slots: 3 });
  expect(stderr).toContain(`cell ${environment}-aws-us-west-2-cell-0 has slots: 3`);
  expect((await cli.run(["list", "cells", "-e", environment])).stdout).toBe(
    `Known cells for environment ${environment}:\n` +
      `  - ${environment}-aws-us-west-2-cell-0, 3 slots\n  - ${environment}-aws-us-west-2-cell-1, 2 slots\n`,
  );
  await cli.run(["cell", "set", ...place(environment), "--slots", "none"]);
  await cli.run(["environment", "set", environment, "--slots", "1"]);
  expect((await cli.run(["list", "cells", "-e", environment])).stdout).not.toContain("slots");
});

test.for<[string[], number, string]>([
  [["--slots", "0"], 2, "--slots must be between 1 and 100"],
  [["--slots=-1"], 2, "--slots must be a whole number"],
  [[], 2, "--slots"],
])("cell set refuses %j", async ([options, exitCode, message]) => {
  const environment = await cli.environment();
  await cli.run(["cell", "add", ...place(environment)]);
  const before = await cli.counts();
  const { code, stderr } = await cli.run(["cell", "set", ...place(environment), ...options]);
  expect(code).toBe(exitCode);
  expect(stderr).toContain(message);
  expect(await cli.counts()).toEqual(before);
});

test("cell set of a cell that is not known ends with 3", async () => {
  const environment = await cli.environment();
  expect((await cli.run(["cell", "set", ...place(environment), "--slots", "2"])).code).toBe(3);
});
