import type { TestDatabase } from "./database.js";
import { newLine } from "./line.js";
import type { Login, useLogins } from "./logins.js";

let environments = 0;

/** An environment of its own whose deployments need so many approvals. */
export async function withApprovals({ sql }: TestDatabase, approvals: number, approvers?: string): Promise<string> {
  const environment = `approved-${environments++}`;
  await sql`
    select deploy_queue.set_environment(
      environment => ${environment}, approvals => ${approvals}, approvers => ${approvers ?? null})`;
  return environment;
}

/** A pipeline, which is an approver as well, and two approvers. */
export async function newPeople(database: TestDatabase, newLogin: ReturnType<typeof useLogins>) {
  await database.queue.roles.create();
  return {
    ci: await newLogin("deploy_queue_deployer", "deploy_queue_approver"),
    ann: await newLogin("deploy_queue_approver"),
    bob: await newLogin("deploy_queue_approver"),
  };
}

/** A statement of this login, which says of itself who it is; without that, it is its login. */
export async function say({ sql }: Login, actor: string, statement: string): Promise<void> {
  await sql.unsafe(`set deploy_queue.actor = '${actor}'`);
  await sql.unsafe(statement);
}

export const approve = (login: Login, id: number, actor = "") =>
  say(login, actor, `select deploy_queue.approve(${id})`);

interface Entry {
  readonly actor?: string;
  /** As SQL, as are more arguments after it. */
  readonly version?: string;
}

/** A deployment that this login enters. */
export async function entered(
  database: TestDatabase,
  login: Login,
  environment: string,
  entry: Entry = {},
): Promise<number> {
  const { actor = "", version = "'v1'" } = entry;
  await login.sql.unsafe(`set deploy_queue.actor = '${actor}'`);
  const [row] = await login.sql.unsafe<{ id: number }[]>(`
    select id from deploy_queue.enqueue('${environment}', 'aws', '${newLine(database).region}', 0, 'api', ${version})`);
  return row?.id ?? 0;
}
