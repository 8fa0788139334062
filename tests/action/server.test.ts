import { expect, test } from "vitest";
import { annotations, runStep, stepInputs } from "../support/action.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { useHttpServer } from "../support/httpServer.js";

const cli = useCommandLine();
const server = useHttpServer(cli);

const inputs = async (mode: string) => ({
  ...stepInputs("")(mode, newPlace()),
  ...{ "server-url": server.base, "server-token": await server.tokenOf("deployer") },
});

test("a job is kept, and finished by its post step, at a server", async () => {
  const given = await inputs("job");
  const main = await runStep(given);
  const id = Number(main.outputs["deployment-id"]);
  expect(main.code).toBe(0);
  expect(await cli.row(id)).toMatchObject({ status: "running", kept: true, entered_by: "token deployer" });
  expect(main.log).toContain(`::add-mask::${given["server-token"]}`);

  const post = await runStep({ ...given, "server-url": "", "server-token": "" }, { state: main.state });
  expect(annotations(post, "error")).toEqual([]);
  expect(await cli.row(id)).toMatchObject({ status: "finished" });
});

test.each([
  [{ "server-token": "wrong" }, "does not let us in"],
  [{ "server-token": "" }, "there is no token"],
  [{ "server-url": "http://queue.example.com" }, "server-url begins with http:"],
  [{ "database-url": "postgres://host/queue" }, "server-url and database-url are both given"],
])("%j fails the step with a reason", async (more, reason) => {
  const step = await runStep({ ...(await inputs("start")), ...more });
  expect(step.code).toBe(1);
  expect(annotations(step, "error")).toEqual([expect.stringContaining(reason)]);
});
