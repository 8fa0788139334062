import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { agentFile, agentTarget, startAgent } from "../support/agents.js";
import { useCommandLine, useDirectory } from "../support/commandLine.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const folder = useDirectory();

const beats = 4711;

test("an agent does not take the short lease of its start for that of the environment", async () => {
  await cli.sql.unsafe(`
    create function public.wait_for_test() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock_shared(${beats});
      return new;
    end $$;
    create trigger wait_for_test before update on deploy_queue.deployments for each row
    when (old.start_timestamp is not null and new.finish_timestamp is null) execute function public.wait_for_test()`);
  const lock = await cli.sql.reserve();
  onTestFinished(() => lock.release());
  await lock`select pg_advisory_lock(${beats})`;
  const target = agentTarget(folder, { grace_period: "30s" });
  await startAgent(cli, agentFile(folder, [target]));

  const { deployment } = await cli.queue.work.submit({ target: target.name, commands: ["touch begun"] });
  await until("the command has begun", () => existsSync(join(target.directory, "begun")));
  await lock`select pg_advisory_unlock(${beats})`;

  await until("it has finished", async () => (await cli.row(deployment.id)).status === "finished");
  const log = (await cli.queue.logs.page(deployment.id)).map(({ content }) => content);
  expect(log.join("")).not.toContain("to end when it is stopped");
});
