import { expect, test } from "vitest";
import { stepOutput, useCommandLine, useDirectory } from "../../support/commandLine.js";

const cli = useCommandLine();
const directory = useDirectory();

test("list cells shows the cells of an environment, as text, as JSON and as an output of the step", async () => {
  await cli.enqueue({ environment: "prod", region: "us-west-2", cellIndex: 2 });
  await cli.enqueue({ environment: "prod", region: "us-west-2", cellIndex: 1 });
  await cli.enqueue({ environment: "prod", region: "us-west-2", cellIndex: 1 });
  await cli.enqueue({ environment: "dev", region: "eu-west-1", cellIndex: 0 });
  const output = stepOutput(directory);
  const command = ["list", "cells", "--environment", "prod"];

  const { code, stdout } = await cli.runProcess(command, { GITHUB_OUTPUT: output.path });
  const json = await cli.run([...command, "--json"]);

  expect(code).toBe(0);
  expect(stdout).toBe(
    "Known cells for environment prod:\n  - prod-aws-us-west-2-cell-1\n  - prod-aws-us-west-2-cell-2\n",
  );
  const cells = [
    { environment: "prod", cloud_provider: "aws", region: "us-west-2", index: 1 },
    { environment: "prod", cloud_provider: "aws", region: "us-west-2", index: 2 },
  ];
  expect(JSON.parse(json.stdout)).toEqual(
    cells.map(({ index, ...cell }) => ({ ...cell, cell_index: index, slots: 1 })),
  );
  const [, , written] = /^cells<<(\S+)\n(.*)\n\1\n$/.exec(output.read()) ?? [];
  expect(JSON.parse(written ?? "")).toEqual(cells);
});

test("list cells prints them also when the output of the step cannot be written, and exits with 2", async () => {
  await cli.enqueue({ environment: "prod", region: "us-west-2", cellIndex: 1 });
  const command = ["list", "cells", "--environment", "prod"];

  const { code, stdout, stderr } = await cli.runProcess(command, { GITHUB_OUTPUT: "/nowhere/output" });

  expect(code).toBe(2);
  expect(stdout).toContain("prod-aws-us-west-2-cell-1");
  expect(stderr).toMatch(/^deploy-queue: GITHUB_OUTPUT names \/nowhere\/output, which cannot be written/);
});

test("list cells of an environment without deployments lists none", async () => {
  const environment = await cli.environment();

  const { code, stdout } = await cli.run(["list", "cells", "--environment", environment]);

  expect(code).toBe(0);
  expect(stdout).toBe(`Known cells for environment ${environment}:\n`);
});

test("list cells of a provider, a region or a cell lists those alone; without an environment it exits with 2", async () => {
  await cli.enqueue({ environment: "prod", region: "us-west-2", cellIndex: 1 });
  await cli.enqueue({ environment: "prod", region: "eu-west-1", cellIndex: 3 });
  const listed = async (...options: string[]) => (await cli.run(["list", "cells", ...options])).stdout;
  const region = ["--environment", "prod", "--provider", "aws", "--region", "eu-west-1"];
  const ofRegion = "Known cells for environment prod:\n  - prod-aws-eu-west-1-cell-3\n";
  expect(await listed(...region)).toBe(ofRegion);
  expect(await listed("--cell", "prod-aws-eu-west-1-cell-3")).toBe(ofRegion);
  expect(await listed("--environment", "prod", "--provider", "gcp")).toBe("Known cells for environment prod:\n");
  expect((await cli.run(["list", "cells"])).code).toBe(2);
});

test("list cells refuses an environment that does not exist", async () => {
  expect(await cli.run(["list", "cells", "--environment", "nowhere"])).toMatchObject({ code: 3, stdout: "" });
});
