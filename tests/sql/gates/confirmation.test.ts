import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";

const database = useDatabase();
const { sql, queue } = database;

const phrase = "deploy-now";
let environments = 0;

/** An environment of its own that demands the phrase. */
async function confirmed(): Promise<string> {
  const environment = `confirmed-${environments++}`;
  await sql`select deploy_queue.set_environment(environment => ${environment}, confirmation => ${phrase})`;
  return environment;
}

test("a phrase that is demanded later keeps those waiting that have not brought it", async () => {
  const environment = `later-${environments++}`;
  await sql`select deploy_queue.set_environment(environment => ${environment})`;
  const id = await newLine(database, environment).add("queued");
  await sql`select deploy_queue.set_environment(environment => ${environment}, confirmation => ${phrase})`;

  expect(await queue.tryStart(id)).toMatchObject({
    started: false,
    waitingOn: [
      {
        kind: "confirmation",
        text: 'it needs the confirmation "deploy-now"',
        cures: [{ function: "confirm", arguments: { deployment_id: `${id}`, confirmation: phrase } }],
      },
    ],
  });
});

test("a component may demand another phrase, or none", async () => {
  const environment = await confirmed();
  await sql`select deploy_queue.set_component(environment => ${environment}, component => 'free', confirmation => '')`;
  const { region } = newLine(database, environment);
  expect((await database.enqueue({ environment, region, component: "free" })).cancellation_kind).toBe(null);
});
