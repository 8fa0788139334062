import { beforeAll, expect, test } from "vitest";
import { approve, entered, newPeople, withApprovals } from "../../support/approvals.js";
import { useDatabase } from "../../support/database.js";
import { type Login, useLogins } from "../../support/logins.js";

const database = useDatabase();
const { sql } = database;
const newLogin = useLogins(database);
let ci: Login;
let ann: Login;
let bob: Login;

beforeAll(async () => {
  ({ ci, ann, bob } = await newPeople(database, newLogin));
});

const wantedBy = ({ sql: session }: Login, environment: string) =>
  session`
    select deployment_id, approvals, approvers, to_json(given_by) as given_by, is_mine from deploy_queue.wanted_approvals
    where environment = ${environment} order by deployment_id`;

test("wanted_approvals has what lacks approvals, and says whose turn it is", async () => {
  const environment = await withApprovals(database, 2);
  const held = await entered(database, ci, environment, { version: "'v1', hold => 'outside'" });
  const queued = await entered(database, ci, environment);
  await approve(ann, queued, "ann (org/repo run 1)");
  const of = (login: Login) => wantedBy(login, environment);

  const row = (id: number, given_by: string[], is_mine: boolean) => ({
    ...{ deployment_id: id, approvals: 2, approvers: "deploy_queue_approver" },
    ...{ given_by, is_mine },
  });
  expect(await of(ci)).toEqual([row(held, [], false), row(queued, ["ann"], false)]);
  expect(await of(ann)).toEqual([row(held, [], true), row(queued, ["ann"], false)]);
  expect(await of(bob)).toEqual([row(held, [], true), row(queued, ["ann"], true)]);
  expect(await of(await newLogin("deploy_queue_reader"))).toMatchObject([{ is_mine: false }, { is_mine: false }]);

  await approve(bob, queued);
  await database.queue.cancel(held);
  expect(await of(bob)).toEqual([]);
});

test("an approver has no part in an environment that it may not change, nor without the role that is asked", async () => {
  const environment = await withApprovals(database, 1);
  await entered(database, ci, environment);
  const tied = await newLogin();
  await database.queue.roles.grant(tied.name, "approver", ["dev"]);
  expect(await wantedBy(tied, environment)).toMatchObject([{ is_mine: false }]);

  const lead = await newLogin("deploy_queue_reader");
  await sql`select deploy_queue.set_environment(${environment}, approvers => ${lead.name})`;
  expect(await wantedBy(ann, environment)).toMatchObject([{ approvers: lead.name, is_mine: false }]);
  expect(await wantedBy(lead, environment)).toMatchObject([{ is_mine: true }]);
});
