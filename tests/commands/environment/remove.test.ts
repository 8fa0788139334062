import { expect, test } from "vitest";
import { useCommandLine } from "../../support/commandLine.js";

const cli = useCommandLine();

test("environment remove needs --yes in a script, and removes an environment without deployments", async () => {
  const environment = await cli.environment();
  await cli.run(["cell", "add", "-e", environment, "-p", "aws", "-r", "r", "-i", "0"]);
  await cli.run(["freeze", "-e", environment, "--reason", "sale"]);

  expect((await cli.run(["environment", "remove", environment])).code).toBe(2);
  expect(await cli.queue.environments.get(environment)).toMatchObject({ environment });

  const { code, stdout } = await cli.run(["environment", "remove", environment, "--yes", "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ environment });
  await expect(cli.queue.environments.get(environment)).rejects.toThrow("does not exist");
});

test("environment remove refuses an environment with deployments with 4, and an unknown one with 3", async () => {
  const environment = await cli.environment();
  await cli.enqueue({ environment });

  expect(await cli.run(["environment", "remove", environment, "--yes"])).toMatchObject({
    code: 4,
    stderr: expect.stringContaining(`environment ${environment} has 1 deployments`),
  });
  expect((await cli.run(["environment", "remove", "nowhere", "--yes"])).code).toBe(3);
});
