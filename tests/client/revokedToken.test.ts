import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newPlace, useCommandLine, useDirectory } from "../support/commandLine.js";
import { useHttpServer } from "../support/httpServer.js";

const cli = useCommandLine();
const server = useHttpServer(cli);
const goOn = join(useDirectory(), "go-on");

test("run whose token is revoked while its command runs says in one line that the outcome is not told, and exits with 7", async () => {
  const place = newPlace(await cli.environment());
  const run = cli.launch(
    [
      "run",
      ...place.options,
      "--component",
      "web",
      "--",
      "sh",
      "-c",
      `echo begun; while [ ! -e ${goOn} ]; do sleep 0.1; done`,
    ],
    {
      ...{ DEPLOY_QUEUE_DATABASE_URL: undefined, DEPLOY_QUEUE_URL: server.base },
      DEPLOY_QUEUE_TOKEN: await server.token("lost", "--role", "deployer"),
    },
  );
  await run.printed(/begun/);
  await cli.run(["token", "revoke", "lost"]);
  writeFileSync(goOn, "");

  const { code, stderr } = await run.end;
  expect(code).toBe(7);
  const said = `could not be told: ${server.base} does not let us in: `;
  expect(stderr.split("\n").filter((line) => line.includes(said))).toHaveLength(1);
  expect(stderr).toMatch(
    /^deploy-queue: the outcome of deployment \d+ \(web\) could not be told: .*\. It is reaped when its lease is over$/m,
  );
});
