import { describe, expect, test } from "vitest";
import { openLog } from "../../../src/logs/openLog.js";
import { openSource } from "../../../src/queue/openSource.js";
import { newPlace, useCommandLine } from "../../support/commandLine.js";
import { useHttpServer } from "../../support/httpServer.js";
import { streamOf } from "../../support/streamOf.js";
import { until } from "../../support/until.js";

const cli = useCommandLine();
const server = useHttpServer(cli);

async function running(): Promise<number> {
  const { id } = await cli.enqueue();
  await cli.queue.tryStart(id);
  return id;
}
let position = 1;
async function append(id: number, ...contents: string[]): Promise<void> {
  const chunks = contents.map((content) => ({ stream: "stdout" as const, content, age: 0 }));
  position = await cli.queue.logs.append(id, "me", position, chunks);
}
const begin = async (...contents: string[]): Promise<number> => {
  const id = await running();
  position = 1;
  await append(id, ...contents);
  return id;
};
const text = async (path: string) => {
  const headers = { authorization: `Bearer ${await server.tokenOf("reader")}`, accept: "text/plain" };
  return (await fetch(`${server.base}${path}`, { headers })).text();
};

describe("GET /v1/deployments/{id}/logs", () => {
  test("answers with pages as JSON, by position, moment and stream", async () => {
    const id = await begin("one\n", "two\n", "three\n");
    const secret = await server.tokenOf("reader");
    const get = async (query: string) => (await server.send(secret, "GET", `/v1/deployments/${id}/logs${query}`)).body;
    expect(await get("?limit=2")).toEqual({
      items: [
        { position: 1, logged_at: expect.any(String), stream: "stdout", content: "one\n" },
        { position: 2, logged_at: expect.any(String), stream: "stdout", content: "two\n" },
      ],
      next_after: 2,
    });
    expect(await get("?after=2")).toMatchObject({ items: [{ content: "three\n" }], next_after: null });
    expect(await get("?after=3")).toEqual({ items: [], next_after: null });
    expect(await get("?stream=stderr")).toMatchObject({ items: [] });
    expect(await get("?since=2100-01-01T00:00:00Z")).toMatchObject({ items: [] });
    const wrong = await server.send(secret, "GET", `/v1/deployments/${id}/logs?stream=stdin`);
    expect(wrong).toMatchObject({ status: 400, body: { detail: "stream must be stdout, stderr or note" } });
    const strange = await server.send(secret, "GET", `/v1/deployments/${id}/logs?steam=stdout&limit=0`);
    expect(strange.body).toMatchObject({
      detail: expect.stringContaining("steam is not known here; did you mean stream?"),
    });
    expect(strange.body).toMatchObject({
      detail: expect.stringContaining("limit must be a whole number from 1 to 1000"),
    });
    expect((await server.send(secret, "GET", "/v1/deployments/999999/logs")).status).toBe(404);
  });

  test("answers with all of it as plain text", async () => {
    const id = await begin(
      "one\n",
      ...Array.from({ length: 30 }, () => "x".repeat(60_000)),
      "\u001b[31mend\u001b[0m\n",
    );
    const whole = await text(`/v1/deployments/${id}/logs`);
    expect(whole).toHaveLength(4 + 30 * 60_000 + 13);
    expect(whole.endsWith("\u001b[31mend\u001b[0m\n")).toBe(true);
    expect(await text(`/v1/deployments/${id}/logs?after=31`)).toBe("\u001b[31mend\u001b[0m\n");
  });

  test("is refused to a token that is limited to other environments", async () => {
    const id = await begin("one\n");
    const secret = await server.token("prod only", "--role", "reader", "--environment", "prod");
    const headers = { accept: "text/event-stream" };
    expect((await server.send(secret, "GET", `/v1/deployments/${id}/logs`)).body).toMatchObject({ code: "QD087" });
    expect((await server.send(secret, "GET", `/v1/deployments/${id}/logs`, undefined, headers)).status).toBe(403);
  });

  test("streams what is there and what is added, to the end of the deployment, and goes on after the Last-Event-ID", async () => {
    const id = await begin("one\n");
    const url = `${server.base}/v1/deployments/${id}/logs`;
    const secret = await server.tokenOf("reader");
    const stream = await streamOf(url, secret);
    expect(await stream.next()).toMatchObject({ event: "chunk", id: "1", data: { content: "one\n" } });
    await append(id, "two\n", "three\n");
    expect(await stream.next()).toMatchObject({ id: "2", data: { content: "two\n" } });
    const later = await streamOf(url, secret, { "last-event-id": "2" });
    expect(await later.next()).toMatchObject({ id: "3", data: { content: "three\n" } });
    await cli.queue.finish(id);
    expect(await stream.nextOf("ended")).toMatchObject({ data: { deployment_id: id, status: "finished" } });
    await until("the streams have ended", () => stream.hasEnded() && later.hasEnded());
    expect(stream.events.map(({ id: event }) => event)).toEqual(["1", "2", "3", undefined]);
  });

  test("streams a log of many megabytes to a client that reads", async () => {
    const id = await begin(...Array.from({ length: 100 }, () => "\u001b".repeat(60_000)));
    const stream = await streamOf(`${server.base}/v1/deployments/${id}/logs`, await server.tokenOf("reader"));
    await until("all has come", () => stream.events.length === 100);
  });
});

describe("over a server", () => {
  const overHttp = async () => ({
    DEPLOY_QUEUE_DATABASE_URL: undefined,
    DEPLOY_QUEUE_URL: server.base,
    DEPLOY_QUEUE_TOKEN: await server.tokenOf("operator"),
  });

  test("run --log stores a log, and logs --follow prints it to its end", async () => {
    const child = cli.launch(
      ["run", ...newPlace().options, "--version", "http", "--log", "--", "sh", "-c", "echo one; sleep 2; echo two"],
      await overHttp(),
    );
    const id = await until("it is there", async () => {
      const [row] = await cli.sql<{ id: number }[]>`
        select id from deploy_queue.deployments where version = 'http' and start_timestamp is not null`;
      return row?.id;
    });
    const follower = cli.launch(["logs", String(id), "--follow"], await overHttp());
    await follower.printed(/^one$/m);
    expect(await child.end).toMatchObject({ code: 0, stdout: "one\ntwo\n" });
    expect(await follower.end).toMatchObject({ code: 0, stdout: "one\ntwo\n" });
  });

  test("a log of several megabytes is stored, however its characters are escaped", async () => {
    const { id } = await cli.enqueue();
    const source = openSource({ url: server.base, token: await server.tokenOf("operator"), applicationName: "tests" });
    const lost: string[] = [];
    const log = openLog(source, {
      ...{ deploymentId: id, keeper: "me", limit: 10_485_760, secrets: [], onLoss: (why) => void lost.push(why) },
    });
    log.write("stdout", Buffer.from("\u001b".repeat(2_000_000)));
    log.write("stderr", Buffer.from("ü".repeat(1_000_000)));
    await log.close();
    await source.close();
    expect(lost).toEqual([]);
    expect(await text(`/v1/deployments/${id}/logs?stream=stdout`)).toHaveLength(2_000_000);
    expect(await text(`/v1/deployments/${id}/logs?stream=stderr`)).toHaveLength(1_000_000);
  });
});
