import { describe, expect, test } from "vitest";
import type { RunningCli } from "../support/cli.js";
import { isBlockedBy, newPlace, type Place, useCommandLine } from "../support/commandLine.js";
import { type Proxy as Network, startProxy } from "../support/proxy.js";
import { openSession, outcome, untilBlocked } from "../support/session.js";
import { until } from "../support/until.js";

const cli = useCommandLine();

async function waiting(place: Place, command: "start" | "run" = "start"): Promise<{ start: RunningCli; id: number }> {
  const holder = await cli.running(place);
  const start = cli.launch([command, ...place.options, ...(command === "run" ? ["--", "true"] : [])]);
  await isBlockedBy(start, holder);
  const [row] = await cli.sql<{ id: number }[]>`
    select id from deploy_queue.deployments where region = ${place.region} and id > ${holder}`;
  return { start, id: row?.id ?? 0 };
}

describe.each(["start", "run"] as const)("a waiting %s", (command) => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const)(
    "cancels its deployment on %s and exits with 5",
    async (signal) => {
      const { start, id } = await waiting(newPlace(), command);

      start.process.kill(signal);

      expect((await start.end).code).toBe(5);
      const row = await cli.row(id);
      expect(row).toMatchObject({ status: "cancelled", start_timestamp: null });
      expect(row.cancellation_note).toContain(signal);
    },
  );

  test("does not leave it running when SIGTERM comes while it is being started", async () => {
    const place = newPlace();
    const { start, id } = await waiting(place, command);
    const [holder, session] = [await openSession(cli), await openSession(cli)];
    await holder.begin();
    await holder.sql`
      update deploy_queue.deployments set finish_timestamp = now() where region = ${place.region} and id < ${id}`;
    // Gets the lock of the cell before the waiter that this wakes.
    await session.begin();
    const locked = outcome(session.sql`
      select pg_advisory_xact_lock(25713, cells.id) from deploy_queue.cells where region = ${place.region}`);
    await untilBlocked(cli, session, holder);
    await holder.commit();
    expect(await locked).toBe("ok");
    await until("it waits for the cell", async () => {
      const [row] = await cli.sql<{ waits: boolean }[]>`
        select exists (
          select from pg_stat_activity where application_name like 'deploy-queue %' and ${session.pid} = any (pg_blocking_pids(pid))
        ) as waits`;
      return row?.waits;
    });
    start.process.kill("SIGTERM");
    await start.printed(/SIGTERM: giving the place in the line up/);

    await session.commit();

    expect((await start.end).code).toBe(5);
    expect(await cli.row(id)).toMatchObject({ status: "cancelled" });
  });

  test("ends with 5 and shows the note when an operator cancels its deployment", async () => {
    const { start, id } = await waiting(newPlace(), command);

    await cli.queue.cancel(id, "release pulled back");

    const { code, stderr } = await start.end;
    expect(code).toBe(5);
    expect(stderr).toContain("release pulled back");
    expect(await cli.events(id)).toEqual(["enqueued", "cancelled"]);
  });

  test("cancels its deployment when --wait-timeout is over, and exits with 6", async () => {
    const place = newPlace();
    await cli.running(place);

    const { code, stderr } = await cli.run([
      ...[command, ...place.options, "--wait-timeout", "300ms"],
      ...(command === "run" ? ["--", "true"] : []),
    ]);

    expect(code).toBe(6);
    expect(stderr).toMatch(/did not get its turn within 300ms/);
    const [row] = await cli.sql`
      select status, cancellation_note from deploy_queue.deployments_with_status
      where region = ${place.region} and component = 'api'`;
    expect(row).toMatchObject({ status: "cancelled", cancellation_note: expect.stringContaining("300ms") });
  });
});

describe("a waiting start that is told to stop", () => {
  test("says so as the last JSON line with --json", async () => {
    const place = newPlace();
    await cli.running(place);

    const { code, stdout } = await cli.run(["start", ...place.options, "--wait-timeout", "50ms", "--json"]);

    expect(code).toBe(6);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({ event: "enqueued" });
    expect(events.at(-1)).toEqual({ event: "given-up", deployment_id: events[0].deployment.deployment_id });
  });

  test("exits at once on a second signal, though its cancellation hangs", async () => {
    const { start, id } = await waiting(newPlace());
    const other = cli.connect();
    await other`begin`;
    await other`select from deploy_queue.deployments where id = ${id} for update`;
    start.process.kill("SIGTERM");
    // Its cancellation, or a look that was under way when the row was locked.
    await until("it waits for the row", () => waitsForLock("%deploy_queue.%"));
    await start.printed(/SIGTERM: giving the place in the line up/);

    // Once it is more than an echo of the first.
    await until("it has ended", () => !start.process.kill("SIGINT") || start.process.exitCode !== null);

    expect((await start.end).code).toBe(130);
    await other`rollback`;
  });
});

describe.each(["start", "run"] as const)("a waiting %s whose database went away", (command) => {
  async function waitingInVain(...more: readonly string[]): Promise<{ waiter: RunningCli; network: Network }> {
    const place = newPlace();
    const holder = await cli.running(place);
    const network = await startProxy(cli.url);
    const waiter = cli.launch([command, ...place.options, ...more, ...(command === "run" ? ["--", "true"] : [])], {
      DEPLOY_QUEUE_DATABASE_URL: network.url,
    });
    await isBlockedBy(waiter, holder);
    return { waiter, network };
  }

  test("exits with 5 soon after SIGTERM, and says what may be left behind", async () => {
    const { waiter, network } = await waitingInVain();
    network.refuse();
    await waiter.printed(/cannot be reached.*trying again/);

    waiter.process.kill("SIGTERM");

    const { code, stderr } = await waiter.end;
    expect(code).toBe(5);
    expect(stderr).toMatch(/deployment \d+ could not be cancelled .* reaped when its heartbeat is too old/);
    const unheard = /may have started.*deploy-queue info \d+.*deploy-queue cancel deployment \d+/;
    command === "start" ? expect(stderr).toMatch(unheard) : expect(stderr).not.toMatch(unheard);
  });

  test("exits with 6 when --wait-timeout is over", async () => {
    const { waiter, network } = await waitingInVain("--wait-timeout", "4s");
    network.refuse();

    const { code, stderr } = await waiter.end;
    expect(code).toBe(6);
    expect(stderr).toMatch(/cannot be reached.*trying again[\s\S]*did not get its turn within 4s/);
  });
});

async function waitsForLock(query: string): Promise<boolean> {
  const rows = await cli.sql`
    select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query like ${query}
      and application_name like 'deploy-queue %'`;
  return rows.length > 0;
}
