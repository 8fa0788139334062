import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { Target } from "../../../src/queue/calls/work.js";
import { useDatabase } from "../../support/database.js";
import { newTarget } from "../../support/targets.js";

const database = useDatabase();
const { queue, sql } = database;
const command = ["./migrate.sh", "v7 now"];

async function served(more: Partial<Target> = {}): Promise<Target> {
  const target = newTarget(more);
  await queue.work.register(target.target, [target]);
  return target;
}

function stage(
  { environment, cloud_provider: cloudProvider, region, cell_index: cellIndex, component }: Target,
  more = {},
) {
  return queue.enqueue({
    environment,
    cloudProvider,
    region,
    cellIndex,
    component,
    version: "v7",
    hold: "outside",
    command,
    ...more,
  });
}

const handOver = (id: number, more: object = {}) => queue.holds.handOver(id, { key: randomUUID(), ...more });

test("the agents of the component and cell of a staged command get it as one text", async () => {
  const target = await served();
  const { id } = await stage(target);
  const key = randomUUID();
  const { released, deployment } = await handOver(id, { key, reason: "reviewed" });
  expect(released).toBe(true);
  expect(deployment).toMatchObject({ id, hold: null, keeper: `target ${target.target}` });
  expect((await handOver(id, { key })).released).toBe(true);
  expect((await handOver(id)).released).toBe(false);
  const { work } = await queue.work.take(target.target, "k");
  expect(work).toMatchObject({
    deployment: { id },
    commands: ["./migrate.sh 'v7 now'"],
    directory: null,
    commit_hash: "v7",
  });
});

test("its agents are told, and its lease begins with the release", async () => {
  const target = await served();
  const { id } = await stage(target);
  const number = await queue.work.register(target.target, [target]);
  const heard: string[] = [];
  const session = database.connect({ onNotify: (channel) => void heard.push(channel) });
  await session.unsafe(`listen deploy_queue_agent_${number}`);
  await handOver(id);
  await session`select 1`;
  expect(heard).toContain(`deploy_queue_agent_${number}`);
  await database.advance("16 minutes");
  await queue.upkeep.reapStaleDeployments();
  expect(await queue.deployment(id)).toMatchObject({ cancellation_kind: "reaped" });
});

test("what was staged for a target shows it, waits for its release as long as it takes, and goes there whoever releases it", async () => {
  const target = await served();
  const { deployment } = await queue.work.submit({ target: target.target, command, hold: "outside" });
  expect(deployment.hold).toBe("outside");
  expect(await queue.holds.staged({ region: target.region })).toMatchObject([
    { deployment_id: deployment.id, command, target: target.target, process_waits: false },
  ]);
  await database.advance("2 days");
  await queue.work.register(target.target, [target]);
  await queue.upkeep.reapStaleDeployments();
  expect(await queue.work.take(target.target, "k")).toEqual({});

  const { released } = await queue.holds.release(deployment.id, { heartbeat: true, key: "mine" });
  expect(released).toBe(true);
  await expect(queue.tryStart(deployment.id, { heartbeat: true, keeper: "mine" })).rejects.toMatchObject({
    code: "QD034",
  });
  expect((await queue.work.take(target.target, "k")).work?.commands).toEqual(["./migrate.sh 'v7 now'"]);
});

test("without the phrase it stays on hold, and its next release is free to run it elsewhere", async () => {
  await queue.environments.set("guarded", { confirmation: "yes" });
  const target = await served({ environment: "guarded" });
  const { id } = await stage(target, { confirmation: "yes" });
  await expect(handOver(id)).rejects.toThrow("the confirmation");
  expect(await queue.work.of(id)).toBeUndefined();
  expect((await handOver(id, { confirmation: "yes" })).released).toBe(true);
  expect(await queue.work.of(id)).toMatchObject({ target: target.target });
});

test("a target of another component or cell is refused, and so is none or more than one", async () => {
  const target = await served();
  const other = await served();
  const { id } = await stage(target);
  await expect(handOver(id, { target: other.target })).rejects.toMatchObject({
    ...{ code: "QD126", message: `deployment ${id} (${target.component}@v7) is not of target '${other.target}'` },
  });
  await served({ ...target, target: `${target.target}-twin` });
  await expect(handOver(id)).rejects.toThrow(`is of several targets: ${target.target}, ${target.target}-twin`);
  expect((await handOver(id, { target: target.target })).released).toBe(true);

  const alone = newTarget();
  const { id: unserved } = await stage(alone);
  await expect(handOver(unserved)).rejects.toThrow("no agent serves the component and cell of");
  const { id: without } = await stage(await served(), { command: undefined });
  await expect(handOver(without)).rejects.toThrow("has no command");
});

test("what was staged for one target is not handed to another one", async () => {
  const target = await served();
  const { deployment } = await queue.work.submit({ target: target.target, command, hold: "outside" });
  await expect(handOver(deployment.id, { target: "other" })).rejects.toMatchObject({ code: "QD126" });
});

test("what has ended is refused, and purging drops it", async () => {
  const target = await served();
  const { id } = await stage(target);
  await queue.holds.purge(id);
  await expect(handOver(id)).rejects.toMatchObject({ code: "QD005" });
  expect(await sql`select * from deploy_queue.verify_history()`).toEqual([]);
});
