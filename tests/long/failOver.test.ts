import { expect, onTestFinished, test } from "vitest";
import { Database } from "../../src/database/database.js";
import { outlastOutages } from "../../src/queue/outage.js";
import { Queue } from "../../src/queue/queue.js";
import { shellWords } from "../../src/text/shellWords.js";
import { briefLease, idOf, JudgedCell, Traffic } from "../faults/failOver.js";
import { gatedCommand, useDirectory } from "../support/commandLine.js";
import { type Cluster, missingPrograms, startCluster } from "../support/patroni/cluster.js";
import type { ClusterNode } from "../support/patroni/node.js";
import { childrenOf, signalAll } from "../support/processes.js";
import { putSchema } from "../support/putSchema.js";
import { until } from "../support/until.js";

const directory = useDirectory();
const skipped = missingPrograms.length > 0 ? `; skipped without ${missingPrograms.join(", ")}` : "";

test.skipIf(skipped !== "")(`a fail-over loses no deployment, and starts none beside another${skipped}`, async () => {
  const cluster = await startCluster();
  let leader = await cluster.whole();
  await putSchema(cluster.hosts);
  const database = new Database({ url: cluster.hosts, applicationName: "tests" });
  onTestFinished(() => database.close());
  const queue = new Queue(database);
  await queue.environments.set("patient", { bufferTime: 0, heartbeatTimeout: 300 });
  await queue.environments.set("brief", { bufferTime: 0, heartbeatTimeout: briefLease });
  const traffic = new Traffic(directory, [cluster.url, cluster.hosts]);

  for (const [index, fault] of [kill, sleepTooLong, cutFromEtcd].entries()) {
    const outlast = await beforeFailOver(cluster, queue, index);
    const repair = fault(leader);
    await cluster.successorOf(leader);
    await outlast();
    await repair();
    leader = await cluster.whole();
  }
  await loseStandbys(cluster, leader);

  await traffic.end();
  expect(traffic.cells.flatMap((cell) => cell.noted("taken"))).toEqual([]);
  await until("what is left is reaped", async () => {
    await outlastOutages(() => queue.upkeep.reapStaleDeployments(), {});
    return (await endings(queue, "brief")).every(({ status }) => status !== "running" && status !== "queued");
  });
  expect((await endings(queue, "patient")).map(({ status, kind }) => kind ?? status)).not.toContain("reaped");
  expect(await queue.history.verify()).toEqual([]);
});

function kill(leader: ClusterNode): () => Promise<void> {
  leader.kill();
  return () => leader.start();
}

function sleepTooLong(leader: ClusterNode): () => void {
  leader.pause();
  return () => leader.resume();
}

function cutFromEtcd(leader: ClusterNode): () => void {
  leader.isolate();
  return () => leader.rejoin();
}

/** Starts what works and waits while another node is promoted. The returned function expects all of it to end as it should. */
async function beforeFailOver(cluster: Cluster, queue: Queue, index: number): Promise<() => Promise<void>> {
  const { command, open } = gatedCommand(directory);
  const gate = shellWords(command);
  const [kept, sturdy, left] = [
    new JudgedCell(directory, "patient", 10 + index),
    new JudgedCell(directory, "brief", 20 + index),
    new JudgedCell(directory, "brief", 30 + index),
  ];
  const holders = [kept.run(cluster.url, gate), sturdy.run(cluster.url, gate, "--on-lost-contact", "continue")];
  const dead = left.run(cluster.url, "exec sleep 60");
  await Promise.all([...holders, dead].map((one) => one.printed(/^ready$/m)));
  const waiters = [kept.run(cluster.hosts, "true"), kept.run(cluster.url, "true"), left.run(cluster.url, "true")];
  await Promise.all(waiters.map((one) => one.printed(/entered the line/)));
  // As when its machine dies.
  signalAll(processesOf(dead.process.pid ?? 0), "SIGKILL");

  return async () => {
    open();
    for (const one of [...holders, ...waiters]) {
      const { code, stderr } = await one.end;
      expect(code, stderr).toBe(0);
    }
    expect([kept, sturdy, left].flatMap((cell) => cell.noted("taken"))).toEqual([]);
    // Its lease has its whole length once more, and then it is over.
    const deserted = await outlastOutages(() => queue.deployment(Number(idOf(dead))), {});
    expect(deserted, dead.stderr()).toMatchObject({ cancellation_kind: "reaped" });
    const end = Number(deserted.cancellation_timestamp);
    expect(end - (await lastPromotion(queue))).toBeGreaterThanOrEqual(briefLease * 1_000);
  };
}

/** A keeper, its watchdog and its work. */
function processesOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(processesOf)];
}

/** In strict mode a leader without a standby acknowledges nothing, and goes on when one is back. */
async function loseStandbys(cluster: Cluster, leader: ClusterNode): Promise<void> {
  const standbys = cluster.nodes.filter((node) => node !== leader);
  for (const standby of standbys) standby.kill();
  await until("the leader demands a standby that is not there", async () => {
    const [row] = await leader.query<{ demands: boolean; waiting: number }>(`
      select current_setting('synchronous_standby_names') = '*' as demands, count(*)::integer as waiting
      from pg_stat_activity where wait_event = 'SyncRep' and application_name like 'deploy-queue %'`);
    return row?.demands === true && row.waiting > 1;
  });
  const kept = new JudgedCell(directory, "patient", 40);
  const run = kept.run(leader.url, "true");
  await run.printed(/./);
  expect(kept.noted("begun")).toEqual([]);
  await Promise.all(standbys.map((standby) => standby.start()));
  const { code, stderr } = await run.end;
  expect(code, stderr).toBe(0);
}

async function lastPromotion(queue: Queue): Promise<number> {
  const [row] = await queue.database.query<{ since: Date }>(
    (sql) => sql`select max(since) as since from deploy_queue.timelines`,
  );
  return Number(row?.since);
}

function endings(queue: Queue, environment: string): Promise<{ status: string; kind: string | null }[]> {
  return queue.database.query(
    (sql) => sql`
      select status, cancellation_kind as kind from deploy_queue.deployments_with_status
      where environment = ${environment}`,
  );
}
