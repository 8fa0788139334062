import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { until } from "../../support/until.js";

const database = useDatabase();
const { sql } = database;

test("a session that follows no more hears nothing of what follows, and one that never did may say so", async () => {
  const heard: string[] = [];
  const follower = database.connect({ onNotify: (channel, payload) => heard.push(`${channel} ${payload}`) });
  await follower`select deploy_queue.unfollow_transitions()`;
  await follower`select deploy_queue.follow_transitions()`;
  await follower`select deploy_queue.unfollow_transitions()`;
  await follower`listen mark`;
  await newLine(database).add("finished");
  await sql`select pg_notify('mark', '')`;
  await until("the mark arrived", () => heard.includes("mark "));
  expect(heard).toEqual(["mark "]);
});
