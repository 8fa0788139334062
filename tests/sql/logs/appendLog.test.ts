import { describe, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { listen } from "../../support/ear.js";
import { newLine } from "../../support/line.js";
import { openSession, untilBlocked } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;
const line = newLine(database);

/** Of a deployment that runs beside others. */
const start = (keeper = "me") => line.add("running", { keeper, heartbeat: true, concurrencyKey: "logs" });
const chunk = (content: string, stream = "stdout", age = 0) => ({ stream, content, age });
const append = (id: number, first: number, chunks: object[], keeper: string | null = "me", by = sql) =>
  by`select deploy_queue.append_log(${id}, ${keeper}, ${first}, ${JSON.stringify(chunks)}::text::jsonb) as next`;
const read = async (id: number) =>
  (await queue.logs.page(id)).map(({ position, stream, content }) => `${position} ${stream} ${content}`);

describe("append_log", () => {
  test("appends, with the age of each chunk, and says where to go on", async () => {
    const id = await start();
    expect(await append(id, 1, [chunk("a"), chunk("b", "stderr", 60)])).toEqual([{ next: 3 }]);
    expect(await append(id, 3, [chunk("c", "note")])).toEqual([{ next: 4 }]);
    expect(await read(id)).toEqual(["1 stdout a", "2 stderr b", "3 note c"]);
    const [first, second] = await queue.logs.page(id);
    expect(Number(first?.logged_at) - Number(second?.logged_at)).toBe(60_000);
  });

  test("may be repeated: what is there already is passed over", async () => {
    const id = await start();
    await append(id, 1, [chunk("a"), chunk("b")]);
    expect(await append(id, 1, [chunk("a"), chunk("b"), chunk("c")])).toEqual([{ next: 4 }]);
    expect(await read(id)).toEqual(["1 stdout a", "2 stdout b", "3 stdout c"]);
  });

  test("of two writers at once keeps one chunk at each position, and neither fails", async () => {
    const id = await start();
    const one = await openSession(database);
    const other = await openSession(database);
    await one.begin();
    await append(id, 1, [chunk("one"), chunk("one")], "me", one.sql);
    const later = append(id, 1, [chunk("other"), chunk("other"), chunk("other")], "me", other.sql).execute();
    await untilBlocked(database, other, one);
    await one.commit();
    expect(await later).toEqual([{ next: 4 }]);
    expect(await read(id)).toEqual(["1 stdout one", "2 stdout one", "3 stdout other"]);
  });

  test("is refused to another keeper, and for what does not exist", async () => {
    const id = await start();
    await expect(append(id, 1, [chunk("a")], "other")).rejects.toMatchObject({ code: "QD034" });
    await expect(append(999_999, 1, [chunk("a")])).rejects.toMatchObject({ code: "QD001" });
    await expect(append(id, 1, [chunk("")])).rejects.toMatchObject({
      constraint_name: "content_must_be_1_to_65536_bytes",
    });
    await expect(append(id, 1, [chunk("a", "stdin")])).rejects.toMatchObject({
      constraint_name: "stream_must_be_stdout_stderr_or_note",
    });
    expect(await read(id)).toEqual([]);
  });

  test("is refused beyond log_limit and some room for notes", async () => {
    await queue.environments.set("small", { logLimit: 65_536 });
    const id = await newLine(database, "small").add("running", { keeper: "me" });
    const full = "x".repeat(60_000);
    await append(id, 1, [chunk(full), chunk(full)]);
    await expect(append(id, 3, [chunk(full)])).rejects.toMatchObject({
      code: "QD086",
      message: expect.stringMatching(/^the log of deployment \d+ \(api\) is full: it would have 180000 bytes$/),
    });
    await queue.environments.setComponent("small", "api", { logLimit: 200_000 });
    await append(id, 3, [chunk(full)]);
  });

  test("goes on after the end of the deployment, and waits for no session that has locked it", async () => {
    const id = await start();
    await queue.finish(id);
    const session = await openSession(database);
    await session.begin();
    await session.sql`select from deploy_queue.deployments where id = ${id} for update`;
    expect(await append(id, 1, [chunk("a")])).toEqual([{ next: 2 }]);
    await session.rollback();
  });

  test("wakes those who follow the log, and nobody else", async () => {
    const id = await start();
    const ear = await listen(database, [id]);
    const heard: string[] = [];
    const follower = database.connect({ onNotify: (channel) => void heard.push(channel) });
    await follower.unsafe(`listen deploy_queue_log_${id}`);
    await append(id, 1, [chunk("a")]);
    await follower`select 1`;
    expect(heard).toEqual([`deploy_queue_log_${id}`]);
    expect(await ear.heard()).toEqual([]);
  });
});
