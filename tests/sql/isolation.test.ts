import { describe, expect, test } from "vitest";
import { useDatabase } from "../support/database.js";
import { newLine } from "../support/line.js";
import { openSession, outcome } from "../support/session.js";

const database = useDatabase();

describe.for(["repeatable read", "serializable"])("a %s transaction, whose snapshot may be too old,", (isolation) => {
  test.for([
    ["enqueue", "select deploy_queue.enqueue('dev', 'aws', 'isolated', 1, 'api')"],
    [
      "INSERT",
      "insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component) values ('dev', 'aws', 'isolated', 1, 'api')",
    ],
    ["try_start", "select deploy_queue.try_start($id)"],
    ["UPDATE", "update deploy_queue.deployments set start_timestamp = now() where id = $id"],
    ["cancel", "select deploy_queue.cancel($id)"],
    ["cancel_version", "select deploy_queue.cancel_version('api', 'isolated')"],
  ] as const)("is refused with QD011 for %s", async ([, statement]) => {
    const id = await newLine(database).add("queued", { version: "isolated" });
    const session = await openSession(database);
    await session.begin(isolation);

    expect(await outcome(session.sql.unsafe(statement.replace("$id", String(id))))).toBe("QD011");
    await session.rollback();
  });

  test("may send heartbeats and ask", async () => {
    const id = await newLine(database).add("running", { heartbeat: true });
    const session = await openSession(database);
    await session.begin(isolation);

    expect(await outcome(session.sql`select deploy_queue.heartbeat(${id})`)).toBe("ok");
    expect(await outcome(session.sql`select deploy_queue.waiting_on(${id})`)).toBe("ok");
    expect(await outcome(session.sql`select deploy_queue.preview('dev', 'aws', 'r', 1, 'api')`)).toBe("ok");
    await session.commit();
  });
});
