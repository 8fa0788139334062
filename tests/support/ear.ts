import { onTestFinished } from "vitest";
import type { TestDatabase, TestSql } from "./database.js";
import { until } from "./until.js";

/** Hears what is notified on the channels of deployments and of the boards, by a connection of its own. */
export interface Ear {
  /** The ids of those that were woken, in ascending order, and forgets everything heard so far. */
  woken(): Promise<number[]>;
  /** As "id" or "id payload" for the channels of deployments, in ascending order of ids. */
  heard(): Promise<string[]>;
  /** What the boards were told. */
  transitions(): Promise<Transition[]>;
}

export interface Transition {
  readonly deployment_id: number;
  readonly status: string;
}

let marks = 0;

export async function listen(database: TestDatabase, deployments: readonly number[]): Promise<Ear> {
  const sql: TestSql = database.connect();
  let heard: { channel: string; payload: string }[] = [];
  const subscribe = (channel: string) =>
    sql.listen(channel, (payload) => {
      heard.push({ channel, payload });
    });
  const subscriptions = [await subscribe("deploy_queue_transitions"), await subscribe("mark")];
  // Of another session, and until its end.
  const follower = database.connect();
  await follower`select deploy_queue.follow_transitions()`;
  for (const id of deployments) subscriptions.push(await subscribe(`deploy_queue_deployment_${id}`));
  onTestFinished(async () => {
    for (const { unlisten } of subscriptions) await unlisten();
    await follower.end();
  });

  /** Notifications arrive in the order of commits: after a mark of our own, there is nothing more to wait for. */
  const everything = async () => {
    const mark = String(marks++);
    await database.sql`select pg_notify('mark', ${mark})`;
    await until("the mark arrived", () => heard.some(({ channel, payload }) => channel === "mark" && payload === mark));
    const result = heard;
    heard = [];
    return result;
  };
  const ofDeployments = async () =>
    (await everything())
      .flatMap(({ channel, payload }) => {
        const id = /^deploy_queue_deployment_(\d+)$/.exec(channel)?.[1];
        return id === undefined ? [] : [{ id: Number(id), payload }];
      })
      .sort((one, other) => one.id - other.id);

  return {
    woken: async () => (await ofDeployments()).filter(({ payload }) => payload === "").map(({ id }) => id),
    heard: async () =>
      (await ofDeployments()).map(({ id, payload }) => (payload === "" ? `${id}` : `${id} ${payload}`)),
    transitions: async () =>
      (await everything()).flatMap(({ channel, payload }): Transition[] =>
        channel === "deploy_queue_transitions" ? [JSON.parse(payload)] : [],
      ),
  };
}
