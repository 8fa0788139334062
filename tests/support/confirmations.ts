import type { DeploymentRequest } from "../../src/queue/deployment.js";
import type { TestDatabase } from "./database.js";
import { newLine } from "./line.js";

export const phrase = "deploy-now";
let environments = 0;

/** An environment of its own. */
export async function newEnvironment({ sql }: TestDatabase): Promise<string> {
  const environment = `confirmed-${environments++}`;
  await sql`select deploy_queue.set_environment(environment => ${environment})`;
  return environment;
}

export async function demand({ sql }: TestDatabase, environment: string, confirmation = phrase): Promise<void> {
  await sql`select deploy_queue.set_environment(environment => ${environment}, confirmation => ${confirmation})`;
}

/** A cell in an environment that demands the phrase. */
export async function confirmedCell(database: TestDatabase): Promise<DeploymentRequest> {
  const environment = await newEnvironment(database);
  await demand(database, environment);
  return { environment, cloudProvider: "aws", region: newLine(database).region, cellIndex: 0, component: "api" };
}

/** What has happened to a deployment, in order. */
export function eventsOf({ sql }: TestDatabase, id: number): Promise<object[]> {
  return sql`
    select kind, from_state, to_state, reason, actor from deploy_queue.deployment_events
    where deployment_id = ${id} order by id`;
}
