import { expect, test } from "vitest";
import { gatedCommand, newPlace, useCommandLine, useDirectory } from "../support/commandLine.js";
import { childrenOf, works } from "../support/processes.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const directory = useDirectory();

test.skipIf(process.platform !== "linux")(
  "run starts itself once, as its watchdog, which starts only the command",
  async () => {
    const gated = gatedCommand(directory);
    const run = cli.launch(["run", ...newPlace().options, "--", ...gated.command]);
    await run.printed(/^ready$/m);

    const own = run.process.pid ?? 0;
    const [watchdog = 0, ...others] = childrenOf(own);
    expect(others).toEqual([]);
    const [command = 0, ...more] = childrenOf(watchdog);
    expect(more).toEqual([]);

    gated.open();
    expect((await run.end).code).toBe(0);
    await until("none of them is left", () => ![own, watchdog, command].some(works));
  },
);

test("the watchdog is no command for others: without its keeper it does not start", async () => {
  expect(await cli.runProcess(["watchdog"])).toMatchObject({ code: 2, stdout: "" });
});
