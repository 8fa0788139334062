import { describe, expect, test } from "vitest";
import type { RunningCli } from "../support/cli.js";
import { gatedCommand, newPlace, useCommandLine, useDirectory } from "../support/commandLine.js";
import { startProxy } from "../support/proxy.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const directory = useDirectory();

interface Running {
  readonly run: RunningCli;
  readonly proxy: Awaited<ReturnType<typeof startProxy>>;
  readonly end: () => void;
}

/** Runs a command that ends when it is told to, over a connection that can be cut. */
async function running(...options: readonly string[]): Promise<Running> {
  const proxy = await startProxy(cli.url);
  const { command, open } = gatedCommand(directory);
  const args = ["run", ...newPlace().options, ...options, "--", ...command];
  const run = cli.launch(args, { DEPLOY_QUEUE_DATABASE_URL: proxy.url });
  await run.printed(/^ready$/m);
  return { run, proxy, end: open };
}

/** In the second case, the call that tells the outcome meets the outage. */
async function tellsInVain(run: RunningCli): Promise<void> {
  await until("it tries to tell the outcome", () => (run.stderr().match(/trying again/g)?.length ?? 0) === 2);
}

describe("--outage-timeout", () => {
  test("of run limits how long it tries to tell the outcome", async () => {
    const { run, proxy, end } = await running("--outage-timeout", "1s");
    proxy.refuse();
    await run.printed(/trying again/);

    end();

    const { code, stdout } = await run.end;
    expect(code).toBe(7);
    expect(stdout).toBe("ready\n");
  });

  test("of run that is not over yet lets it tell the outcome when the database is back", async () => {
    const { run, proxy, end } = await running("--outage-timeout", "1h");
    proxy.refuse();
    await run.printed(/trying again/);
    end();
    await tellsInVain(run);

    proxy.recover();

    expect((await run.end).code).toBe(0);
  });

  test("of release does the same for a staged command", async () => {
    const proxy = await startProxy(cli.url);
    const { command, open } = gatedCommand(directory);
    const { id } = await cli.enqueue({ hold: "outside", command });
    const release = cli.launch(["release", String(id), "--yes", "--outage-timeout", "1s"], {
      DEPLOY_QUEUE_DATABASE_URL: proxy.url,
    });
    await release.printed(/^ready$/m);
    proxy.refuse();

    open();

    expect((await release.end).code).toBe(7);
  });

  test("of heartbeat deployment makes it give up", async () => {
    const proxy = await startProxy(cli.url);
    const id = await cli.running(newPlace());
    const heartbeat = cli.launch(["heartbeat", "deployment", String(id), "--outage-timeout", "1s"], {
      DEPLOY_QUEUE_DATABASE_URL: proxy.url,
    });
    await until("a heartbeat came", async () => (await cli.row(id)).heartbeat_timestamp !== null);

    proxy.refuse();

    expect((await heartbeat.end).code).toBe(7);
  });

  test("of heartbeat url makes it give up while the deployment has not appeared", async () => {
    const proxy = await startProxy(cli.url);
    const heartbeat = cli.launch(["heartbeat", "url", "https://example.com/never", "--outage-timeout", "1s"], {
      DEPLOY_QUEUE_DATABASE_URL: proxy.url,
    });
    await until("it looks for the deployment", async () => {
      const [row] = await cli.sql`
        select from pg_stat_activity
        where datname = current_database() and application_name = 'deploy-queue heartbeat url'
          and state = 'idle' and query like '%live_deployment_by_url%'`;
      return row !== undefined;
    });

    proxy.refuse();

    const { code, stderr } = await heartbeat.end;
    expect(code).toBe(7);
    expect(stderr).toContain("trying again");
  });
});

test("a second signal makes run leave at once when it cannot tell the outcome", async () => {
  const { run, proxy, end } = await running();
  proxy.refuse();
  await run.printed(/trying again/);
  end();
  await tellsInVain(run);
  run.process.kill("SIGTERM");
  await run.printed(/SIGTERM: the command has ended .* once more to leave at once/);

  // Once it is more than an echo of the first.
  await until("it has ended", () => !run.process.kill("SIGINT") || run.process.exitCode !== null);

  expect((await run.end).code).toBe(130);
});
