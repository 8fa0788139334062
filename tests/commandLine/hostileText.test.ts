import { beforeAll, describe, expect, test } from "vitest";
import { isBlockedBy, newPlace, useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();
const hostile = "evil\u001b[2J\u001b]0;title\u0007\r\nnext\u009b31m\u202eline";
// biome-ignore lint/suspicious/noControlCharactersInRegex: these must not reach a terminal
const steersTerminal = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

/** The constraints keep such text out; it may still be there from before them, or from a superuser. */
beforeAll(async () => {
  await cli.sql.unsafe(`
    do $$
    declare
      v_constraint record;
    begin
      for v_constraint in
        select conrelid::regclass as relation, conname from pg_constraint
        where contype = 'c' and (conname like '%printable%' or conname like '%no_flaw')
      loop
        execute format('alter table %s drop constraint %I', v_constraint.relation, v_constraint.conname);
      end loop;
    end
    $$;
    alter table deploy_queue.deployment_events disable trigger tg_deployment_events__guard`);
  await cli.sql`insert into deploy_queue.environments (environment, is_adopted) values (${hostile}, true)`;
  await cli.sql`
    insert into deploy_queue.cells (environment, cloud_provider, region, cell_index, is_adopted)
    values (${hostile}, ${hostile}, ${hostile}, 0, true)`;
  await cli.sql`insert into deploy_queue.components (component, is_adopted) values (${hostile}, true)`;
});

function enqueue(): Promise<number> {
  return cli.queue
    .enqueue({
      ...{ environment: hostile, cloudProvider: hostile, region: hostile, cellIndex: 0, component: hostile },
      ...{ version: hostile, url: hostile, note: hostile },
    })
    .then(({ id }) => id);
}

describe("hostile text that is in the database is printed in one line without what steers a terminal, by", () => {
  test("info", async () => {
    const { stdout, stderr } = await cli.run(["info", String(await enqueue())]);

    expect(stdout).toContain("evil next");
    expect(stdout.split("\n")).toHaveLength(4);
    expect(stdout + stderr).not.toMatch(steersTerminal);
  });

  test("finish and cancel deployment", async () => {
    const id = await enqueue();

    const refused = await cli.run(["finish", String(id)]);
    const cancelled = await cli.run(["cancel", "deployment", String(id), "--cancellation-note", hostile]);
    const again = await cli.run(["cancel", "deployment", String(id)]);
    const over = await cli.run(["finish", String(id)]);

    expect([refused.code, cancelled.code, again.code, over.code]).toEqual([4, 0, 0, 4]);
    for (const { stderr } of [refused, cancelled, again, over]) {
      expect(stderr).toContain("evil next");
      expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
      expect(stderr).not.toMatch(steersTerminal);
    }
  });

  test("cancel version", async () => {
    const id = await enqueue();

    const { stdout } = await cli.run(["cancel", "version", "--yes", `--component=${hostile}`, `--version=${hostile}`]);

    expect(stdout).toContain(`  - ${id} evil next`);
    expect(stdout).not.toMatch(steersTerminal);
  });

  test("list cells", async () => {
    await enqueue();

    const { stdout } = await cli.run(["list", "cells", `--environment=${hostile}`]);

    expect(stdout.split("\n")).toHaveLength(3);
    expect(stdout).not.toMatch(steersTerminal);
  });

  test("environment list, and the error that lists environments", async () => {
    const listed = await cli.run(["environment", "list"]);
    const refused = await cli.run(["list", "cells", "--environment=nowhere"]);

    expect(listed.stdout.split("\n")).toHaveLength(5);
    expect(refused.stderr.split("\n")).toHaveLength(2);
    expect(listed.stdout + refused.stderr).not.toMatch(steersTerminal);
  });

  test("a waiting start", async () => {
    const place = newPlace();
    const { id } = await cli.queue.enqueue({
      ...{ environment: "dev", cloudProvider: "aws", region: place.region, cellIndex: 0 },
      component: hostile,
    });
    await cli.queue.tryStart(id);
    const start = cli.begin(["start", ...place.options]);
    await isBlockedBy(start, id);

    await cli.queue.cancel(Number(start.stdout()), hostile);

    const { code, stderr } = await start.end;
    expect(code).toBe(5);
    expect(stderr).not.toMatch(steersTerminal);
  });
});
