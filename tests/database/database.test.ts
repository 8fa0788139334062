import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Database, type DatabaseOptions } from "../../src/database/database.js";
import { DatabaseUnavailableError, InvalidValueError } from "../../src/database/errors.js";
import { isBlockedBy, newPlace, printedId, useCommandLine } from "../support/commandLine.js";
import { until } from "../support/until.js";

const cli = useCommandLine();

function open(options: Partial<DatabaseOptions> = {}): Database {
  const database = new Database({ url: cli.url, applicationName: "database test", ...options });
  onTestFinished(() => database.close());
  return database;
}

async function one(database: Database): Promise<unknown> {
  const [row] = await database.query<{ one: number }>((sql) => sql`select 1 as one`);
  return row?.one;
}

/** A connection that is just being lost may take one more query with it. */
function oneUnlessUnavailable(database: Database): Promise<unknown> {
  return one(database).catch((error: unknown) => {
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    return undefined;
  });
}

async function terminate(applicationName: string): Promise<number> {
  const rows = await cli.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = ${applicationName}`;
  return rows.length;
}

/** Notifies until the callback has counted one more. */
function heard(channel: string, count: () => number): Promise<boolean> {
  const before = count();
  return until(`a notification on ${channel} was heard`, async () => {
    await cli.sql`select pg_notify(${channel}, '')`;
    return count() > before;
  });
}

describe("a query", () => {
  test("without an answer in time fails as unavailable, and the next one works", async () => {
    const database = open({ applicationName: "slow query" });

    await expect(database.query((sql) => sql`select pg_sleep(600)`, 1_000)).rejects.toThrow(DatabaseUnavailableError);

    expect(await one(database)).toBe(1);
    await terminate("slow query");
  });

  test("waits as long as the connection answers others, and takes no other answer with it when it does not", async () => {
    const database = open({ applicationName: "long line" });
    await database.listen("long_line");
    await Promise.all(Array.from({ length: 9 }, () => database.query((sql) => sql`select pg_sleep(0.5)`, 4_000)));

    const slow = database.query((sql) => sql`select pg_sleep(3)`, 1_000);
    const behind = database.query((sql) => sql`select 2 as two`);
    await expect(slow).rejects.toThrow(DatabaseUnavailableError);
    expect(await one(database)).toBe(1);
    expect(await behind).toEqual([{ two: 2 }]);
  });

  test("that may take long has a connection of its own where a wait listens", async () => {
    const database = open({ applicationName: "long work" });
    const backend = (timeout?: number) =>
      database.query<{ pid: number }>((sql) => sql`select pg_backend_pid() as pid`, timeout);
    expect(await backend(3_600_000)).toEqual(await backend());
    await database.listen("long_work");
    expect(await backend(3_600_000)).not.toEqual(await backend());
  });

  test("fails as unavailable when its connection is lost, and the next one works", async () => {
    const database = open({ applicationName: "lost query" });
    const lost = database.query((sql) => sql`select pg_sleep(600)`).catch((error: unknown) => error);
    await until("it was terminated", async () => (await terminate("lost query")) === 1);

    expect(await lost).toBeInstanceOf(DatabaseUnavailableError);
    await until("a next query works", () => oneUnlessUnavailable(database));
  });

  test("works after its idle connection was lost", async () => {
    const database = open({ applicationName: "idle" });
    await one(database);
    await terminate("idle");

    await until("a next query works", () => oneUnlessUnavailable(database));
  });

  test("lets the errors of the server pass", async () => {
    await expect(open().query((sql) => sql`select 1 / 0`)).rejects.toMatchObject({ code: "22012" });
  });

  test("refuses a URL that cannot be one", () => {
    expect(() => open({ url: "postgres://user:pa%zz@host/db" })).toThrow(InvalidValueError);
  });

  test("hands bigints over as numbers, and notices to the caller", async () => {
    const notices: string[] = [];
    const database = open({ onNotice: (message) => notices.push(message) });

    const [row] = await database.query<{ big: number }>((sql) => sql`select 9007199254740991::bigint as big`);
    await database.query((sql) => sql`do $$ begin raise notice 'look here'; end $$`);

    expect(row?.big).toBe(9_007_199_254_740_991);
    expect(notices).toEqual(["look here"]);
  });
});

describe("listening", () => {
  test("wakes up at a notification, until told to stop", async () => {
    const database = open();
    let wakeUps = 0;
    const stop = database.onWakeUp("some_channel", () => {
      wakeUps += 1;
    });
    await database.listen("some_channel");
    await heard("some_channel", () => wakeUps);

    stop();

    const before = wakeUps;
    await cli.sql`select pg_notify('some_channel', '')`;
    await one(database);
    expect(wakeUps).toBe(before);
  });

  test("does not wake up at a notification on another channel", async () => {
    const database = open();
    let own = 0;
    let other = 0;
    database.onWakeUp("own_channel", () => {
      own += 1;
    });
    database.onWakeUp("other_channel", () => {
      other += 1;
    });
    await database.listen("own_channel");
    await database.listen("other_channel");

    await heard("own_channel", () => own);

    expect(other).toBe(0);
  });

  test("asks once for each connection whether notifications arrive, however many want to know", async () => {
    const database = open({ applicationName: "many ask" });
    await database.listen("asked");
    const seen = new Set<number>();
    const watching = new AbortController();
    const watch = (async () => {
      while (!watching.signal.aborted) {
        for (const { pid } of await cli.sql<{ pid: number }[]>`
          select pid from pg_stat_activity where application_name = 'many ask'`) {
          seen.add(pid);
        }
      }
    })();

    const answers = await Promise.all(Array.from({ length: 20 }, () => database.notificationsArrive("asked")));
    watching.abort();
    await watch;

    expect(answers).toEqual(answers.map(() => true));
    expect(seen.size).toBeLessThanOrEqual(2);
  });

  test("says that notifications do not arrive while they are late, and that they do once they came", async () => {
    const database = open({ applicationName: "busy listener" });
    await database.listen("late");
    // A backend hands notifications out between two statements.
    const lock = await cli.sql.reserve();
    await lock`select pg_advisory_lock(4711)`;
    const busy = database.query((sql) => sql`select pg_advisory_xact_lock(4711)`);
    await until("it is busy", async () => {
      const waiting = await cli.sql`
        select from pg_stat_activity where application_name = 'busy listener' and wait_event = 'advisory'`;
      return waiting.length > 0;
    });
    expect(await database.notificationsArrive("late")).toBe(false);
    expect(await database.notificationsArrive("late")).toBe(false);

    await lock`select pg_advisory_unlock(4711)`;
    lock.release();
    await busy;
    await until("it has come", () => database.notificationsArrive("late"));
  });

  test("is not misled by the probe of another client, which a pooler may hand on", async () => {
    const database = open({ applicationName: "misled listener" });
    await database.listen("of_another");
    const answer = database.notificationsArrive("own");
    await until("the other's has been sent while it waits for its own", async () => {
      await cli.sql`select pg_notify('of_another', 'probe')`;
      return Promise.race([answer.then(() => true), sleep(100, false)]);
    });
    expect(await answer).toBe(false);
  });

  test("wakes up when the connection is lost, and the next listen subscribes again", async () => {
    const database = open({ applicationName: "lost listener" });
    let wakeUps = 0;
    database.onWakeUp("some_channel", () => {
      wakeUps += 1;
    });
    await database.listen("some_channel");
    expect(await terminate("lost listener")).toBe(1);
    await until("the loss woke it up", () => wakeUps > 0);

    await until("it listens again", () =>
      database.listen("some_channel").then(
        () => true,
        () => false,
      ),
    );

    await heard("some_channel", () => wakeUps);
  });

  test("wakes up at a moment of its own when many connections are lost at once", async () => {
    const database = open({ applicationName: "one of many" });
    let wakeUps = 0;
    database.onWakeUp("some_channel", () => {
      wakeUps += 1;
    });
    await database.listen("some_channel");
    const random = vi.spyOn(Math, "random").mockReturnValue(0.75);
    const timers = vi.spyOn(globalThis, "setTimeout");
    onTestFinished(() => {
      random.mockRestore();
      timers.mockRestore();
    });
    await terminate("one of many");
    await until("the loss woke it up", () => wakeUps > 0);

    expect(timers.mock.calls.map(([, delay]) => delay)).toContain(75);
    expect(wakeUps).toBe(1);
  });

  test("uses the connection of the queries", async () => {
    const database = open({ applicationName: "one connection" });
    await database.listen("one");
    await database.listen("two");
    await one(database);

    const backends = await cli.sql`select from pg_stat_activity where application_name = 'one connection'`;

    expect(backends).toHaveLength(1);
  });
});

describe("a waiting start", () => {
  test("holds exactly one connection while it sleeps", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const start = cli.launch(["start", ...place.options]);
    await isBlockedBy(start, holder);

    await until("it has one connection, which is idle", async () => {
      const backends = await cli.sql<{ state: string }[]>`
        select state from pg_stat_activity
        where datname = current_database() and application_name = 'deploy-queue start'`;
      return backends.length === 1 && backends[0]?.state === "idle";
    });
    await cli.queue.finish(holder);
    await start.end;
  });

  test("survives the loss of its connection, and starts once when its turn comes", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const start = cli.launch(["start", ...place.options]);
    await isBlockedBy(start, holder);
    const id = await printedId(start);
    await terminate("deploy-queue start");
    await until("it has a connection again and sleeps", async () => {
      const backends = await cli.sql`
        select from pg_stat_activity
        where datname = current_database() and application_name = 'deploy-queue start' and state = 'idle'
          and query not like 'listen%'`;
      return backends.length === 1;
    });

    await cli.queue.finish(holder);

    expect((await start.end).code).toBe(0);
    expect(await cli.events(id)).toEqual(["enqueued", "started"]);
  });

  test("does not miss its turn when that comes while its connection is lost", async () => {
    const place = newPlace();
    const holder = await cli.running(place);
    const start = cli.launch(["start", ...place.options]);
    await isBlockedBy(start, holder);

    await Promise.all([terminate("deploy-queue start"), cli.queue.finish(holder)]);

    expect((await start.end).code).toBe(0);
    expect(await cli.events(await printedId(start))).toEqual(["enqueued", "started"]);
  });
});
