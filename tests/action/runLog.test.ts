import { describe, expect, test } from "vitest";
import { runStep, type StepEnd, stepInputs } from "../support/action.js";
import { newPlace, useCommandLine } from "../support/commandLine.js";
import { useHttpServer } from "../support/httpServer.js";

const cli = useCommandLine();
const server = useHttpServer(cli);

/** An environment whose policy keeps logs, or not. */
async function environment(log: boolean): Promise<string> {
  const name = await cli.environment();
  await cli.queue.environments.set(name, { log });
  return name;
}

async function runIn(name: string, command: string, more: Readonly<Record<string, string>> = {}): Promise<StepEnd> {
  return runStep(stepInputs(cli.url)("run", newPlace(name), { command, ...more }));
}

async function logOf({ outputs }: StepEnd): Promise<string> {
  return (await cli.run(["logs", outputs["deployment-id"] ?? ""])).stdout;
}

describe("what the command of mode run prints", () => {
  test("is stored with log: true, and stands in the log of the step as it was printed", async () => {
    const command =
      "echo '::group::build'; printf '\\033[32mgreen\\033[0m\\n'; echo '::notice::done'; echo bad >&2; exit 3";
    const step = await runIn(await environment(false), command, { log: "true" });
    expect(step.code).toBe(1);
    expect(step.log).toContain("\n::group::build\n\u001b[32mgreen\u001b[0m\n::notice::done\n");
    const chunks = await cli.queue.logs.page(Number(step.outputs["deployment-id"]));
    // A chunk ends wherever the command paused.
    const stored = (wanted: string) => chunks.filter(({ stream }) => stream === wanted).map(({ content }) => content);
    expect(stored("stdout").join("")).toBe("::group::build\n\u001b[32mgreen\u001b[0m\n::notice::done\n");
    expect(stored("stderr").join("")).toBe("bad\n");
    expect(stored("note")).toContain("the command exited with code 3\n");
  });

  test.each([
    [true, "", true],
    [true, "false", false],
    [false, "", false],
  ])("is stored by policy %s with log: '%s': %s", async (policy, log, isKept) => {
    const step = await runIn(await environment(policy), "echo built", { log });
    expect(step.log).toMatch(/^built$/m);
    expect((await logOf(step)).includes("built")).toBe(isKept);
  });

  test("is stored without the secrets that the step knows", async () => {
    const password = new URL(cli.url).password;
    const command = [
      "echo '::add-mask::from-the-command'",
      `echo "<from-the-command> <${password}> <first secret> <second secret> <in-a-variable>"`,
    ].join("\n");
    const given = stepInputs(cli.url)("run", newPlace(), { command, log: "true", mask: "first secret\nsecond secret" });
    const step = await runStep(given, { env: { OF_REGISTRY_TOKEN: "in-a-variable" } });
    expect(step.log).toContain("::add-mask::second secret");
    expect(await logOf(step)).toContain("<***> <***> <***> <***> <***>");
  });

  test("is stored by a server as well, without its token", async () => {
    const token = await server.tokenOf("deployer");
    const command = `echo "built with ${token}"; env | grep ^DEPLOY_QUEUE_ | sort`;
    const given = stepInputs("")("run", newPlace(), { command, log: "true", "server-url": server.base });
    const step = await runStep({ ...given, "server-token": token });
    expect(step.code).toBe(0);
    expect(await cli.row(Number(step.outputs["deployment-id"]))).toMatchObject({
      ...{ status: "finished", entered_by: "token deployer" },
    });
    const log = await logOf(step);
    expect(log).toContain("built with ***\n");
    expect(log).toContain("DEPLOY_QUEUE_TOKEN=withheld\n");
  });
});
