import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Log, openLog } from "../../src/logs/openLog.js";
import { openSource } from "../../src/queue/openSource.js";
import { useDatabase } from "../support/database.js";
import { newLine } from "../support/line.js";
import { startProxy } from "../support/proxy.js";
import { mountSmallDisk } from "../support/smallDisk.js";
import { until } from "../support/until.js";

const database = useDatabase();
const { queue } = database;
const line = newLine(database);
const mebibyte = 1_048_576;

interface Opened {
  readonly id: number;
  readonly log: Log;
  readonly lost: string[];
  /** What is stored of the streams, or of one. */
  stored(stream?: "stdout" | "stderr" | "note"): Promise<string>;
}

async function open(
  options: { limit?: number; secrets?: string[]; url?: string; spoolFolder?: string; outageTimeout?: number } = {},
): Promise<Opened> {
  const { limit = 10 * mebibyte, secrets = [], url = database.url, ...rest } = options;
  const id = await line.add("running", { keeper: "me", heartbeat: true, concurrencyKey: "logs" });
  const source = openSource({ url, applicationName: "tests" });
  const lost: string[] = [];
  const onLoss = (why: string): void => void lost.push(why);
  const log = openLog(source, { deploymentId: id, keeper: "me", limit, secrets, onLoss, ...rest });
  return {
    ...{ id, log, lost },
    async stored(stream) {
      const parts: string[] = [];
      for (let after = 0; ; ) {
        const page = await queue.logs.page(id, { after, stream });
        const last = page.at(-1);
        if (last === undefined) {
          return parts.join("");
        }
        parts.push(...page.map(({ content }) => content));
        after = last.position;
      }
    },
  };
}

describe("a log", () => {
  test("has what was written, in order, with its streams", async () => {
    const { id, log } = await open();
    log.write("stdout", Buffer.from("one\n"));
    log.write("stderr", Buffer.from("two\n"));
    log.note("a note");
    log.write("stdout", Buffer.from("\u001b[31mred\u001b[0m\n"));
    await log.close();
    expect((await queue.logs.page(id)).map(({ position, stream, content }) => [position, stream, content])).toEqual([
      [1, "stdout", "one\n"],
      [2, "stderr", "two\n"],
      [3, "note", "a note\n"],
      [4, "stdout", "\u001b[31mred\u001b[0m\n"],
    ]);
  });

  test("shows what is no UTF-8 and zero bytes, and joins characters that were cut", async () => {
    const { log, stored } = await open();
    const umlaut = Buffer.from("ü");
    log.write("stdout", Buffer.from([...Buffer.from("a"), 0xff, 0, umlaut[0] ?? 0]));
    log.write("stderr", Buffer.from("other"));
    log.write("stdout", Buffer.from([umlaut[1] ?? 0, 0xe2]));
    await log.close();
    expect(await stored("stdout")).toBe("a\ufffd\u2400ü\ufffd");
  });

  test("has no secrets that were cut across writes, also of a note", async () => {
    const { log, stored } = await open({ secrets: ["hunter22"] });
    log.write("stdout", Buffer.from("x hun"));
    log.write("stderr", Buffer.from("hunter2"));
    log.write("stdout", Buffer.from("ter22 y\n::add-mask::kitty-kat\n"));
    log.write("stderr", Buffer.from("2 kitty-kat"));
    log.note("$ login hunter22");
    await log.close();
    expect(await stored()).not.toMatch(/hunter|kitty/);
    expect(await stored("stdout")).toBe("x *** y\n::add-mask::***\n");
    expect(await stored("note")).toBe("$ login ***\n");
  });

  test("keeps the beginning and the end within the limit, and says in between how much is left out", async () => {
    const { log, stored } = await open({ limit: mebibyte, secrets: ["tail-secret"] });
    const filler = Buffer.from(`${"0123456789".repeat(6)}\n`.repeat(1_000));
    for (let written = 0; written < 20 * mebibyte; written += filler.length) {
      log.write("stdout", filler);
    }
    log.write("stdout", Buffer.from("::add-mask::late-secret\n"));
    log.write("stdout", Buffer.from("the end late-secret tail-sec"));
    log.write("stdout", Buffer.from("ret\n"));
    await log.close();
    const all = await stored();
    expect(Buffer.byteLength(all)).toBeGreaterThan(0.9 * mebibyte);
    expect(Buffer.byteLength(all)).toBeLessThan(mebibyte + 1_000);
    expect(all.endsWith("the end *** ***\n")).toBe(true);
    expect(await stored("note")).toMatch(
      /^the first 5\d\d.\d KiB stand above.*\nabout 19(\.\d)? MiB are left out here\n$/,
    );
  });

  test.each([1.2, 3])("of binary output stays within the limit, with %s times as much", async (times) => {
    const { log, lost, stored } = await open({ limit: mebibyte });
    log.write("stdout", Buffer.alloc(times * mebibyte, 0xff));
    await log.close();
    expect(lost).toEqual([]);
    expect(Buffer.byteLength(await stored())).toBeLessThan(mebibyte + 20_000);
  });

  test("is stored by a statement a second at most, whatever the command prints", async () => {
    const { id, log } = await open();
    const began = performance.now();
    for (let lines = 0; lines < 2_000; lines += 1) {
      log.write(lines % 2 === 0 ? "stdout" : "stderr", Buffer.from(`${lines}\n`));
      if (lines % 100 === 0) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    const seconds = (performance.now() - began) / 1_000;
    await log.close();
    const [row] = await database.sql`
      select count(distinct xmin::text)::integer as count from deploy_queue.deployment_logs where deployment_id = ${id}`;
    expect(row?.["count"]).toBeLessThanOrEqual(Math.ceil(seconds) + 2);
  });

  test("goes on when the database was away, from a spool that nobody else can find", async () => {
    const folder = await mkdtemp(join(tmpdir(), "spool-"));
    const proxy = await startProxy(database.url);
    const { log, lost, stored } = await open({ url: proxy.url, spoolFolder: folder });
    log.write("stdout", Buffer.from("before\n"));
    await until("it is stored", async () => (await stored()) === "before\n");
    proxy.refuse();
    const expected = ["before\n"];
    for (let number = 0; number < 100; number += 1) {
      const text = `${number} ${"x".repeat(20_000)}\n`;
      expected.push(text);
      log.write("stdout", Buffer.from(text));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await readdir(folder)).toEqual([]);
    proxy.recover();
    await log.close();
    expect(lost).toEqual([]);
    expect(await stored()).toBe(expected.join(""));
  });

  test("says what was lost when the disk of the spool was full, and goes on", async ({ skip }) => {
    const folder = mountSmallDisk("256k");
    if (folder === undefined) return skip("only root may mount the small disk that this needs");
    const proxy = await startProxy(database.url);
    const { log, stored } = await open({ url: proxy.url, spoolFolder: folder });
    log.write("stdout", Buffer.from("before\n"));
    await until("it is stored", async () => (await stored()) === "before\n");
    proxy.refuse();
    for (let number = 0; number < 100; number += 1) {
      log.write("stdout", Buffer.from(`${"x".repeat(10_000)}\n`));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    proxy.recover();
    await until("it is told", async () => (await stored("note")).includes("were lost while the database was away"));
    expect(await stored("note")).toMatch(/^[\d.]+ (KiB|MiB) were lost .*: the disk is full$/m);
    log.write("stdout", Buffer.from("after\n"));
    await log.close();
    expect(await stored()).toMatch(/after\n$/);
  });

  test("says what was lost when there is no folder for the spool", async () => {
    const proxy = await startProxy(database.url);
    const { log, stored } = await open({ url: proxy.url, spoolFolder: "/proc/no-such-folder" });
    log.write("stdout", Buffer.from("before\n"));
    await until("it is stored", async () => (await stored()) === "before\n");
    proxy.refuse();
    for (let number = 0; number < 50; number += 1) {
      log.write("stdout", Buffer.from("lost\n"));
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    proxy.recover();
    await log.close();
    expect(await stored("note")).toMatch(/were lost while the database was away: .*no-such-folder/);
  });

  test("is given up when the database stays away, and says so", async () => {
    const proxy = await startProxy(database.url);
    const { log, lost } = await open({ url: proxy.url, outageTimeout: 1_000 });
    proxy.refuse();
    log.write("stdout", Buffer.from("lost\n"));
    await log.close();
    expect(lost).toHaveLength(1);
  });
});
