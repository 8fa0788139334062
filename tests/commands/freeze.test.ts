import { describe, expect, test } from "vitest";
import { isBlockedBy, newPlace, printedId, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

describe("freeze and thaw", () => {
  test("all wait and are told why; lifting it lets the first go", async () => {
    const environment = await cli.environment();
    const frozen = await cli.run(["freeze", "--environment", environment, "--reason", "sale until Monday"]);
    expect(frozen.code).toBe(0);
    expect(frozen.stderr).toContain(`nothing starts in ${environment} until it is thawed`);
    const waiting = cli.begin(["start", ...newPlace(environment).options]);
    await waiting.printed(new RegExp(`${environment} is frozen by \\w+ \\(freeze \\d+\\): sale until Monday`));

    const thawed = await cli.run(["thaw", frozen.stdout.trim()]);
    expect(thawed.code).toBe(0);
    expect(thawed.stderr).toContain(`freeze ${frozen.stdout.trim()} of ${environment} is lifted`);
    expect((await waiting.end).code).toBe(0);
    expect((await cli.run(["thaw", frozen.stdout.trim()])).code).toBe(0);
  });

  test("its key passes the frozen ones", async () => {
    const environment = await cli.environment();
    const place = newPlace(environment);
    await cli.run([
      "freeze",
      "--environment",
      environment,
      "--reason",
      "outage",
      "--allow-key",
      "sev-1",
      "--allow-role",
      "deploy_queue",
    ]);
    const waiting = cli.launch(["start", ...place.options]);
    await waiting.printed(/is frozen by/);
    expect((await cli.run(["start", ...place.options, "--concurrency-key", "sev-1"])).code).toBe(0);
  });

  test("freeze disallow takes that back until it has started", async () => {
    const environment = await cli.environment();
    const place = newPlace(environment);
    const running = await cli.running(place);
    const { id } = await cli.enqueue(place);
    const { stdout } = await cli.run(["freeze", "--environment", environment, "--reason", "sale"]);
    const [freeze, deployment] = [stdout.trim(), String(id)];
    await cli.run(["freeze", "allow", freeze, deployment]);
    const back = await cli.run(["freeze", "disallow", freeze, deployment]);
    expect(back).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`freeze ${freeze} of ${environment} holds deployment ${id} again`),
    });
    expect((await cli.run(["list", "freezes", "--environment", environment])).stdout).not.toContain(`deployment ${id}`);
    expect(await cli.run(["freeze", "disallow", freeze, String(running)])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("is running already"),
    });
  });

  test("freeze allow lets one through, whose waiter starts at once; explain names the command, and list freezes the deployment", async () => {
    const environment = await cli.environment();
    const place = newPlace(environment);
    const { id: first } = await cli.enqueue(place);
    const frozen = await cli.run(["freeze", "--environment", environment, "--reason", "sale", "--json"]);
    const { freeze_id, id } = JSON.parse(frozen.stdout);
    expect(id).toBeUndefined();
    const waiting = cli.begin(["start", ...place.options]);
    await waiting.printed(/is frozen by/);
    const hotfix = await printedId(waiting);
    expect((await cli.run(["explain", String(hotfix)])).stdout).toContain(
      `deploy-queue freeze allow ${freeze_id} ${hotfix}`,
    );

    const allowed = await cli.run(["freeze", "allow", String(freeze_id), String(hotfix)]);

    expect(allowed.stderr).toContain(`freeze ${freeze_id} of ${environment} lets deployment ${hotfix} through`);
    expect((await waiting.end).code).toBe(0);
    expect((await cli.run(["list", "freezes", "--environment", environment])).stdout).toContain(`deployment ${hotfix}`);
    expect((await cli.row(first)).status).toBe("queued");
    expect((await cli.run(["freeze", "allow", String(freeze_id), String(hotfix)])).code).toBe(4);
  });

  test("freeze edit changes the reason and the end", async () => {
    const environment = await cli.environment();
    const { freeze_id } = await cli.queue.policies.freeze({ environment }, "sale");
    const edit = async (...options: string[]) => cli.run(["freeze", "edit", String(freeze_id), ...options]);
    expect((await edit("--until", "2h", "--reason", "long sale")).stderr).toMatch(
      new RegExp(`freeze ${freeze_id} of ${environment} lasts until \\S+Z: long sale`),
    );
    const { stdout } = await edit("--until", "none", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ freeze_id, reason: "long sale", expires_at: null });
    expect(await edit()).toMatchObject({ code: 2, stderr: expect.stringContaining("Give --reason or --until") });
    expect((await cli.run(["freeze", "edit", "999999", "--reason", "x"])).code).toBe(3);
  });

  test("with --until it ends by itself", async () => {
    const environment = await cli.environment();
    const place = newPlace(environment);
    const holder = await cli.running(place);
    const waiting = cli.begin(["start", ...place.options]);
    await isBlockedBy(waiting, holder);
    await cli.run(["freeze", "--environment", environment, "--reason", "a moment", "--until", "2s"]);
    await cli.queue.finish(holder);
    await waiting.printed(/a moment, until /);
    expect((await waiting.end).code).toBe(0);
  });

  test("of a place without cells warns, since it may be misspelt", async () => {
    const place = newPlace(await cli.environment());
    await cli.running(place);
    const freeze = (region: string) =>
      cli.run(["freeze", "--environment", place.environment, "--provider", "aws", "--region", region, "--reason", "x"]);
    expect((await freeze(place.region)).stderr).not.toContain("WARN");
    const { code, stderr } = await freeze(`${place.region}-typo`);
    expect(code).toBe(0);
    const cell = `${place.environment}-aws-${place.region}`;
    expect(stderr).toContain(`WARN: ${cell}-typo has no cell so far; there are ${cell}-cell-`);
  });

  test("list freezes shows those in force", async () => {
    const environment = await cli.environment();
    const freeze = async (...more: string[]) =>
      (await cli.run(["freeze", "--environment", environment, "--reason", "sale", ...more])).stdout.trim();
    const lifted = await freeze();
    await cli.run(["thaw", lifted]);
    const id = await freeze(
      "--provider",
      "aws",
      "--region",
      "r",
      "--cell-index",
      "3",
      "--allow-key",
      "sev-1",
      "--allow-role",
      "deploy_queue",
    );
    const { stdout } = await cli.run(["list", "freezes", "--environment", environment]);

    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      ["freeze", "area", "since", "until", "by", "lets pass", "reason"],
      [
        id,
        `${environment}-aws-r-cell-3`,
        expect.any(String),
        "thawed",
        expect.any(String),
        "key sev-1, role deploy_queue",
        "sale",
      ],
    ]);
    const { stdout: json } = await cli.run(["list", "freezes", "--environment", environment, "--json"]);
    expect(JSON.parse(json)).toMatchObject([{ freeze_id: Number(id), allow_key: "sev-1" }]);
  });

  test.for([
    [["--environment", "dev", "--reason", " "], "reason must be 1 to 500 printable characters"],
    [["--environment", "dev", "--reason", "x", "--region", "r"], "--region requires --provider"],
    [["--environment", "dev", "--reason", "x", "--until", "2020-01-01T00:00:00Z"], "--until must lie in the future"],
    [["--environment", "dev", "--reason", "x", "--allow-role", "no role"], 'allow_role "no role" is no role'],
    [["--environment", "dev", "--reason", "x", "--provider", ""], "--provider is empty"],
    [["--reason", "x"], "--environment is missing"],
    [["--environment", "dev"], "--reason is missing"],
  ] as const)("%j is one clear line and exit code 2", async ([options, message]) => {
    const { code, stderr } = await cli.run(["freeze", ...options]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test("an environment that does not exist is exit code 3", async () => {
    const { code, stderr } = await cli.run(["freeze", "-e", "nowhere", "--reason", "x"]);
    expect(code).toBe(3);
    expect(stderr).toContain("environment nowhere does not exist");
  });

  test("thaw of what does not exist is exit code 2", async () => {
    expect(await cli.run(["thaw", "999999"])).toMatchObject({ code: 3, stdout: "" });
    expect(await cli.run(["thaw", "prod"])).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("window", () => {
  test("add closes the environment outside of it, list shows it, remove opens it again", async () => {
    const environment = await cli.environment();
    const [{ hour, day } = { hour: "", day: 0 }] = await cli.sql<{ hour: string; day: number }[]>`
      select to_char(now() at time zone 'UTC' + interval '2 hours', 'HH24') as hour,
        extract(isodow from now() at time zone 'UTC' + interval '26 hours')::integer as day`;
    const name = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][day - 1] ?? "";
    const hours = ["--from", `${hour}:00`, "--to", `${hour}:30`];
    const added = await cli.run(["window", "add", "--environment", environment, "--days", name, ...hours]);
    expect(added.code).toBe(0);
    const waiting = cli.begin(["start", ...newPlace(environment).options]);
    await waiting.printed(new RegExp(`no maintenance window of ${environment} is open, until \\d{4}-`));

    const { stdout } = await cli.run(["list", "windows", "--environment", environment]);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      ["window", "environment", "days", "from", "to", "zone", "opens", "closes"],
      [
        added.stdout.trim(),
        environment,
        name,
        `${hour}:00`,
        `${hour}:30`,
        "UTC",
        expect.any(String),
        expect.any(String),
      ],
    ]);
    expect((await cli.run(["window", "remove", added.stdout.trim()])).code).toBe(0);
    expect((await waiting.end).code).toBe(0);
  });

  test.for([
    [["--from", "2am", "--to", "04:00"], '--from must be a time of the day from 00:00 to 23:59, not "2am"'],
    [["--from", "24:00", "--to", "02:00"], "--from must be a time of the day from 00:00 to 23:59"],
    [["--from", "02:00", "--to", "24:01"], "--to must be a time of the day from 00:00 to 24:00"],
    [["--from", "02:00", "--to", "02:00"], "a window closes at another time than it opens"],
    [["--from", "02:00", "--to", "04:00", "--days", "weekdays"], "--days must be days such as mon-fri"],
    [["--from", "02:00", "--to", "04:00", "--zone", "Europe/Atlantis"], "is no time zone that PostgreSQL knows"],
  ] as const)("add %j is one clear line and exit code 2", async ([options, message]) => {
    const { code, stderr } = await cli.run(["window", "add", "--environment", "dev", ...options]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("bump", () => {
  test("lets a waiter pass the one ahead, which the queue shows", async () => {
    const place = newPlace(await cli.environment());
    const holder = await cli.running(place);
    const first = cli.begin(["start", ...place.options]);
    const firstId = await printedId(first);
    const second = cli.begin(["start", ...place.options]);
    const secondId = await printedId(second);
    await isBlockedBy(second, firstId);
    const bumped = await cli.run(["bump", String(secondId), "--reason", "sev 1"]);
    expect(bumped.code).toBe(0);
    expect(bumped.stderr).toContain(`deployment ${secondId} (api) has priority 1`);

    await cli.queue.finish(holder);
    expect((await second.end).code).toBe(0);
    const { stdout } = await cli.run(["list", "queue", "--environment", place.environment]);
    expect(stdout).toMatch(new RegExp(`${firstId} .*, overtaken by 1 `));
    await cli.queue.finish(secondId);
    expect((await first.end).code).toBe(0);
  });

  test("says when the deployment had that priority already", async () => {
    const { id } = await cli.enqueue(newPlace());
    const bump = (priority: string) => cli.run(["bump", String(id), "--reason", "sev 1", "--priority", priority]);

    const already = `nothing was changed: deployment ${id} (api) had priority 3 already`;
    expect((await bump("3")).stderr).not.toContain("already");
    const again = await bump("3");
    expect(again).toMatchObject({ code: 0, stdout: "" });
    expect(again.stderr).toContain(already);
    // Alone in its line, it is ahead of all others.
    expect((await cli.run(["bump", String(id), "--reason", "sev 1"])).stderr).toContain(already);
    expect((await bump("4")).stderr).not.toContain("already");
  });

  test("needs a reason", async () => {
    const { id } = await cli.enqueue(newPlace());
    expect(await cli.run(["bump", String(id)])).toMatchObject({ code: 2 });
    expect((await cli.run(["bump", String(id), "--reason", ""])).code).toBe(2);
  });
});

describe("explain", () => {
  test("names every reason and its cure", async () => {
    const environment = await cli.environment();
    const place = newPlace(environment);
    const holder = await cli.running(place);
    await cli.run(["freeze", "--environment", environment, "--reason", "sale"]);
    const { id } = await cli.enqueue({ ...place, hold: "in-line" });
    const { code, stdout } = await cli.run(["explain", String(id)]);

    expect(code).toBe(0);
    expect(stdout.split("\n")).toEqual([
      `deployment ${id} (api) waits:`,
      "  hold: it is on hold until it is released",
      `    deploy-queue release ${id}`,
      expect.stringMatching(/^ {2}freeze: .* is frozen by \w+ \(freeze \d+\): sale$/),
      expect.stringMatching(new RegExp(`^ {4}deploy-queue freeze allow \\d+ ${id}$`)),
      expect.stringMatching(/^ {4}deploy-queue thaw \d+$/),
      `  running: deployment ${holder} (holder) is running`,
      "",
    ]);
    const { stdout: json } = await cli.run(["explain", String(id), "--json"]);
    expect(JSON.parse(json).map(({ kind }: { kind: string }) => kind)).toEqual(["hold", "freeze", "running"]);
  });

  test("says that nothing keeps it waiting, or that it does not wait", async () => {
    const place = newPlace();
    const { id } = await cli.enqueue(place);
    expect((await cli.run(["explain", String(id)])).stdout).toBe(
      `deployment ${id} (api) may start: nothing keeps it waiting.\n`,
    );
    await cli.queue.tryStart(id);
    expect((await cli.run(["explain", String(id)])).stdout).toBe(
      `deployment ${id} (api) waits for nothing: it is running.\n`,
    );
    expect((await cli.run(["explain", "999999"])).code).toBe(3);
  });
});
