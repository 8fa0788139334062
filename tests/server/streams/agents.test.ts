import { expect, onTestFinished, test } from "vitest";
import { agentChannel } from "../../../src/queue/channels.js";
import { openSource } from "../../../src/queue/openSource.js";
import { Queue } from "../../../src/queue/queue.js";
import { useCommandLine } from "../../support/commandLine.js";
import { useHttpServer } from "../../support/httpServer.js";
import { newTarget } from "../../support/targets.js";
import { until } from "../../support/until.js";

const cli = useCommandLine();
const server = useHttpServer(cli);

async function agentAt(url: string, token?: string): Promise<{ queue: Queue; wakeUps: () => number; number: number }> {
  const source = openSource({ url, token, applicationName: "agent" });
  onTestFinished(() => source.close());
  const queue = new Queue(source);
  const target = newTarget();
  const number = await queue.work.register(target.target, [target]);
  let count = 0;
  source.onWakeUp(agentChannel(number), () => {
    count += 1;
  });
  await source.listen(agentChannel(number));
  return { queue, wakeUps: () => count, number };
}

test.each(["a database", "a server"])(
  "an agent at %s is woken when work enters, and when the turn of its work comes",
  async (where) => {
    const url = where === "a database" ? cli.url : server.base;
    const { queue, wakeUps } = await agentAt(url, await server.tokenOf("agent"));
    const [known] = await queue.work.targets().then((all) => all.slice(-1));
    if (known === undefined) throw new Error("no target");
    const blocker = await cli.enqueue({ region: known.region, component: "other" });
    await cli.queue.tryStart(blocker.id);

    const { deployment } = await cli.queue.work.submit({ target: known.target, commands: ["true"] });
    await until("it is woken", () => wakeUps() >= 1);
    expect(await queue.work.take(known.target, "k")).toEqual({});
    await cli.queue.finish(blocker.id);
    await until("it is woken", () => wakeUps() >= 2);
    const { work } = await queue.work.take(known.target, "k");
    expect(work?.deployment.id).toBe(deployment.id);

    // Another one hears nothing of it.
    await cli.queue.work.submit({ target: known.target, commands: ["true"] });
    await until("it is woken", () => wakeUps() >= 3);
    await queue.fail(deployment.id, "it failed", "k");
    await until("it is woken", () => wakeUps() >= 4);
    expect((await queue.work.take(known.target, "k2")).work).toBeDefined();
  },
);

test("the stream of an agent that does not exist is refused", async () => {
  const secret = await server.tokenOf("agent");
  expect((await server.send(secret, "GET", "/v1/agents/999999/events")).status).toBe(404);
  expect((await server.send(undefined, "GET", "/v1/agents/1/events")).status).toBe(401);
});
