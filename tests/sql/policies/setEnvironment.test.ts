import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";

const database = useDatabase();
const { sql } = database;

interface Policies {
  readonly buffer_time: string;
  readonly heartbeat_timeout: string;
}

test("dev and prod are there from the start", async () => {
  expect(
    await sql`
      select environment, buffer_time::text, heartbeat_timeout::text
      from deploy_queue.environments order by environment`,
  ).toEqual([
    { environment: "dev", buffer_time: "00:00:00", heartbeat_timeout: "00:15:00" },
    { environment: "prod", buffer_time: "00:10:00", heartbeat_timeout: "00:15:00" },
  ]);
});

test("adds an environment with defaults for what is not given, and later changes only what is given", async () => {
  const set = async (buffer: string | null, timeout: string | null) => {
    const [row] = await sql<Policies[]>`
      select buffer_time::text, heartbeat_timeout::text
      from deploy_queue.set_environment('staging', buffer_time => ${buffer}, heartbeat_timeout => ${timeout})`;
    return row;
  };
  expect(await set(null, null)).toEqual({
    buffer_time: "00:00:00",
    heartbeat_timeout: "00:15:00",
  });
  expect(await set("1 minute", null)).toMatchObject({ buffer_time: "00:01:00", heartbeat_timeout: "00:15:00" });
  expect(await set(null, "9 seconds")).toMatchObject({ buffer_time: "00:01:00", heartbeat_timeout: "00:00:09" });
  expect(await set("0", "1 hour")).toMatchObject({ buffer_time: "00:00:00", heartbeat_timeout: "01:00:00" });
});

test.for([
  ["dev", "-1 second", null, "buffer_time_must_be_between_0_and_30_days"],
  ["dev", "31 days", null, "buffer_time_must_be_between_0_and_30_days"],
  ["dev", null, "0", "heartbeat_timeout_must_be_between_1_second_and_30_days"],
  ["new", null, "31 days", "heartbeat_timeout_must_be_between_1_second_and_30_days"],
  ["", null, null, "environment_must_be_1_to_50_printable_characters"],
  ["e".repeat(51), null, null, "environment_must_be_1_to_50_printable_characters"],
] as const)("environment %j, buffer %s, timeout %s is refused: %s", async ([environment, buffer, timeout, name]) => {
  await expect(sql`select deploy_queue.set_environment(${environment}, ${buffer}, ${timeout})`).rejects.toMatchObject({
    code: "23514",
    constraint_name: name,
  });
});

test.for(["a\nb", "a b", "eu=1", "prod\u200b"])("a new environment has no name such as %j", async (environment) => {
  await expect(sql`select deploy_queue.set_environment(${environment})`).rejects.toMatchObject({ code: "QD041" });
  await expect(sql`insert into deploy_queue.environments (environment) values (${environment})`).rejects.toMatchObject({
    code: "QD041",
  });
});

test("a new environment is no other spelling of a known one, and loses outer blanks", async () => {
  await expect(sql`select deploy_queue.set_environment('PROD')`).rejects.toMatchObject({
    code: "QD041",
    message: "environment PROD is not known; it is prod that is",
  });
  expect(await sql`select environment from deploy_queue.set_environment(' prod ')`).toEqual([{ environment: "prod" }]);
});

test("a maximum duration and a retention are taken back", async () => {
  await sql`select deploy_queue.set_environment('prod', max_duration => '1 hour', retention => '30 days')`;
  const set = (without: string) => sql`
    select max_duration, retention from deploy_queue.set_environment('prod', without => ${without}::text[])`;
  expect(await set("{retention}")).toEqual([{ max_duration: "01:00:00", retention: null }]);
  expect(await set("{max_duration}")).toEqual([{ max_duration: null, retention: null }]);
});

test("an environment with cells is neither renamed nor removed", async () => {
  await database.enqueue({ environment: "dev" });
  await expect(sql`update deploy_queue.environments set environment = 'x' where environment = 'dev'`).rejects.toThrow(
    "foreign key",
  );
  await expect(sql`delete from deploy_queue.environments where environment = 'dev'`).rejects.toThrow("foreign key");
});
