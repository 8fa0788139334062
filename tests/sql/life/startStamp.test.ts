import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { outcome } from "../../support/session.js";

const database = useDatabase();
const { sql, queue } = database;

beforeAll(async () => {
  // A second goes by between any two looks at the clock.
  await sql.unsafe(`
    create sequence test.ticks;
    create or replace function deploy_queue._now() returns timestamptz language sql volatile
    as $$ select timestamptz '2030-01-01' + nextval('test.ticks') * interval '1 second' $$`);
});

test.for([...Array(12).keys()])(
  "a start is never stamped inside a buffer of %i s that it waited for",
  async (seconds) => {
    await queue.environments.set("prod", { bufferTime: seconds });
    const line = newLine(database, "prod");
    const ahead = await line.add("finished");
    const id = await line.add("queued");
    const start = () => outcome(sql`update deploy_queue.deployments set start_timestamp = now() where id = ${id}`);

    let code = await start();
    while (code === "QD003") code = await start();

    expect(code).toBe("ok");
    const { start_timestamp } = await queue.deployment(id);
    const { finish_timestamp } = await queue.deployment(ahead);
    expect(Number(start_timestamp) - Number(finish_timestamp)).toBeGreaterThanOrEqual(seconds * 1000);
  },
);
