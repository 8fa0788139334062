import { beforeAll, describe, expect, test } from "vitest";
import { approve, entered as enteredBy, newPeople, say, withApprovals } from "../../support/approvals.js";
import { useDatabase } from "../../support/database.js";
import { newLine } from "../../support/line.js";
import { type Login, useLogins } from "../../support/logins.js";
import { openSession, outcome } from "../../support/session.js";
import { newToken } from "../../support/tokens.js";
import { reaction, send } from "../../support/twoSessions.js";

const database = useDatabase();
const { sql, queue } = database;
const newLogin = useLogins(database);
const approver = "deploy_queue_approver";
let ci: Login;
let ann: Login;
let bob: Login;

beforeAll(async () => {
  ({ ci, ann, bob } = await newPeople(database, newLogin));
});

const entered = (environment: string, entry = {}) => enteredBy(database, ci, environment, entry);
const waitingOn = async (id: number) =>
  (await queue.tryStart(id)).waitingOn.map(({ kind, text }) => `${kind}: ${text}`);
const starts = async (id: number) => (await queue.tryStart(id)).started;

test("a deployment waits for its approvals, says who gave some, and starts with the last one", async () => {
  const id = await entered(await withApprovals(database, 2));
  expect(await queue.tryStart(id)).toMatchObject({
    started: false,
    waitingOn: [
      {
        kind: "approval",
        text: "2 approvals (none given)",
        cures: [{ function: "approve", arguments: { deployment_id: String(id) } }],
      },
    ],
  });

  await approve(ann, id, "ann (org/repo run 1)");
  expect(await waitingOn(id)).toEqual(["approval: 2 approvals (1 given by ann)"]);

  await approve(bob, id, "bob@laptop");
  expect(await starts(id)).toBe(true);
  expect((await queue.history.of(id)).map(({ kind, actor }) => [kind, actor])).toEqual([
    ["enqueued", ci.name],
    ["refused", expect.anything()],
    ["approved", "ann (org/repo run 1)"],
    ["approved", "bob@laptop"],
    ["woken", "bob@laptop"],
    ["started", expect.anything()],
  ]);
});

describe("four eyes:", () => {
  const refused = /was entered by .*, and is approved by others/;

  test("the login that has entered it does not approve it, under any name and with any role", async () => {
    await sql.unsafe(`grant ${ann.name} to ${ci.name}`);
    const id = await entered(await withApprovals(database, 1));
    for (const before of ["", "set deploy_queue.actor = 'eve'", `set role ${ann.name}`, `set role ${approver}`]) {
      const failure = await ci.sql.unsafe(`${before}; select deploy_queue.approve(${id})`).catch((error) => error);
      expect(failure, before).toMatchObject({ code: "QD054", message: expect.stringMatching(refused) });
      await ci.sql.unsafe("reset role");
    }
    await sql.unsafe(`revoke ${ann.name} from ${ci.name}`);
  });

  test("a function that runs as an approver approves for the login that calls it", async () => {
    await sql.unsafe(`
      create schema lent; grant usage on schema lent to public; grant create on schema lent to ${ann.name};
      grant usage on schema deploy_queue to public`);
    await ann.sql.unsafe(`create function lent.approve(id bigint) returns void language sql security definer
      as 'select from deploy_queue.approve(id)'`);
    const id = await entered(await withApprovals(database, 1));
    expect(await outcome(say(ci, "eve", `select lent.approve(${id})`))).toBe("QD054");
    await sql.unsafe("drop schema lent cascade; revoke usage on schema deploy_queue from public");
  });

  test.for([
    ["the name of who entered it", "cat@laptop", "cat@laptop"],
    ["that name in another job", "cat (org/repo run 1)", "cat (org/repo run 2)"],
    ["the login that entered it as its name", "cat@laptop", undefined],
  ])("another login with %s does not approve it", async ([, actor, says]) => {
    const id = await entered(await withApprovals(database, 1), { actor });
    expect(await outcome(approve(ann, id, says ?? ci.name))).toBe("QD054");
    expect(await outcome(approve(ann, id, "ann@laptop"))).toBe("ok");
  });

  test("a person with two logins does not approve what entered it in her name, whatever name she gives", async () => {
    const id = await entered(await withApprovals(database, 1), { actor: ann.name });
    expect(await outcome(approve(ann, id, "eve"))).toBe("QD054");
  });

  test("who redeems a reservation does not approve it", async () => {
    const operator = await newLogin("deploy_queue_operator", approver);
    const id = await entered(await withApprovals(database, 1), { version: "null, reserve_for => '1 hour'" });
    await say(operator, "ops@laptop", `select deploy_queue.redeem(${id}, version => 'v2')`);

    expect(await outcome(approve(operator, id, "eve"))).toBe("QD054");
    expect(await outcome(approve(ann, id, "ops@laptop"))).toBe("QD054");
    expect(await outcome(approve(ann, id))).toBe("ok");
  });

  test("who has approved a reservation and then redeems it has not approved it", async () => {
    const operator = await newLogin("deploy_queue_operator", approver);
    const id = await entered(await withApprovals(database, 1), { version: "'v2', reserve_for => '1 hour'" });
    expect(await outcome(approve(operator, id, "ops@laptop"))).toBe("ok");
    await say(operator, "another", `select deploy_queue.redeem(${id})`);
    const starts = async () => (await sql`select started from deploy_queue.try_start(${id})`)[0]?.["started"];
    expect(await starts()).toBe(false);
    expect(await outcome(approve(ann, id))).toBe("ok");
    expect(await starts()).toBe(true);
  });

  test("who redeems a reservation while the approval of the same login waits for it does not approve it", async () => {
    const operator = await newLogin("deploy_queue_operator", approver);
    const id = await entered(await withApprovals(database, 1), { version: "null, reserve_for => '1 hour'" });
    const [redeeming, approving] = [await openSession(database), await openSession(database)];
    for (const session of [redeeming, approving])
      await session.sql.unsafe(`set session authorization ${operator.name}`);
    await redeeming.begin();
    await redeeming.sql`select deploy_queue.redeem(${id}, version => 'v2')`;
    const approval = send(approving, `select deploy_queue.approve(${id})`);
    expect(await reaction(approving, redeeming, approval)).toBe("waits");
    await redeeming.commit();
    expect(await approval.end).toBe("QD054");
  });

  test("a token approves as itself, with the role of its kind, and nothing that its maker has entered", async () => {
    const operator = await newLogin("deploy_queue_operator");
    const made = await newToken(operator.sql, `made-${operator.name}`, "approver");
    const deployer = await newToken(sql, `deployer-${operator.name}`, "deployer");
    const environment = await withApprovals(database, 1);
    const id = await entered(environment);
    const call = (token: Buffer, of: number) =>
      outcome(sql`select deploy_queue.call(${token}, 'approve', ${sql.json({ deployment_id: of })}, 'cat')`);

    expect(await call(deployer, id)).toBe("QD072");
    expect(await call(made, id)).toBe("ok");
    expect(await starts(id)).toBe(true);
    expect(await call(made, await enteredBy(database, operator, environment))).toBe("QD054");

    const later = await entered(environment);
    await call(made, later);
    await sql`select deploy_queue.revoke_token(${`made-${operator.name}`})`;
    expect(await waitingOn(later)).toEqual(["approval: 1 approval (none given)"]);
  });

  test("each person counts once, by login and by name", async () => {
    const id = await entered(await withApprovals(database, 2));
    await approve(ann, id, "ann@laptop");
    await approve(ann, id, "ann@phone");
    expect(await outcome(approve(bob, id, "ann@laptop"))).toBe("QD054");
    expect(await outcome(approve(bob, id, ann.name))).toBe("QD054");

    expect(await waitingOn(id)).toEqual(["approval: 2 approvals (1 given by ann@laptop)"]);
    expect(await sql`select from deploy_queue.approvals where deployment_id = ${id}`).toHaveLength(1);
  });

  test("two who approve at once are both counted, and one who does so twice at once is counted once", async () => {
    const id = await entered(await withApprovals(database, 2));
    const again = { ...ann, sql: database.connect() };
    await again.sql.unsafe(`set session authorization ${ann.name}`);
    await Promise.all([approve(ann, id), approve(again, id)]);
    expect(await waitingOn(id)).toEqual([`approval: 2 approvals (1 given by ${ann.name})`]);

    const other = await entered(await withApprovals(database, 2));
    await Promise.all([approve(ann, other), approve(bob, other)]);
    expect(await starts(other)).toBe(true);
  });
});

describe("the right to approve", () => {
  test("is that of the members of deploy_queue_approver: no deployer, operator or owner has it by itself", async () => {
    const id = await entered(await withApprovals(database, 1));
    for (const role of ["deploy_queue_deployer", "deploy_queue_operator"]) {
      expect(await outcome(approve(await newLogin(role), id)), role).toBe("QD054");
    }
    expect(await outcome(sql`select deploy_queue.approve(${id})`)).toBe("QD054");
    expect(await outcome(approve(await newLogin("deploy_queue_reader"), id))).toBe("42501");
  });

  test("is that of the members of the role that a policy names, and of no others", async () => {
    const lead = await newLogin();
    const member = await newLogin("deploy_queue_deployer", lead.name);
    const id = await entered(await withApprovals(database, 1, lead.name));

    expect(await waitingOn(id)).toEqual([`approval: 1 approval of ${lead.name} (none given)`]);
    expect(await outcome(approve(ann, id))).toBe("QD054");
    expect(await outcome(approve(member, id))).toBe("ok");
    expect(await starts(id)).toBe(true);
  });

  test("ends with the membership: what was approved counts no longer", async () => {
    const id = await entered(await withApprovals(database, 1));
    const former = await newLogin(approver);
    await approve(former, id);
    await sql.unsafe(`revoke ${approver} from ${former.name}`);
    expect(await waitingOn(id)).toEqual(["approval: 1 approval (none given)"]);
  });

  test("holds in the environments that the approver is tied to, and is asked before a lock is taken", async () => {
    const [here, there] = [await withApprovals(database, 1), await withApprovals(database, 1)];
    const tied = await newLogin();
    await queue.roles.grant(tied.name, "approver", [here]);

    expect(await outcome(approve(tied, await entered(here)))).toBe("ok");
    const id = await entered(there);
    const holder = database.connect();
    await holder.unsafe(`begin; select from deploy_queue.deployments where id = ${id} for update`);
    expect(await outcome(approve(tied, id))).toBe("QD020");
    expect(await outcome(say(tied, "", `select deploy_queue.disapprove(${id}, 'no')`))).toBe("QD020");
    await holder.unsafe("rollback");
  });

  test("of a role that does not exist is refused, for an environment and for a component, by any statement", async () => {
    const environment = await withApprovals(database, 1);
    const set = [
      `select deploy_queue.set_environment('${environment}', approvers => 'no_role')`,
      `select deploy_queue.set_component('${environment}', 'api', approvers => 'no_role')`,
      `update deploy_queue.environments set approvers = 'no_role' where environment = '${environment}'`,
      `insert into deploy_queue.component_policies (environment, component, approvers) values ('${environment}', 'api', 'no_role')`,
    ];
    for (const statement of set) {
      const failure = await sql.unsafe(statement).catch((error) => error);
      expect(failure, statement).toMatchObject({
        code: "QD024",
        message: "approvers no_role is no role of this database",
      });
    }
  });

  test("of a role that was dropped is nobody's, which the deployment and the doctor say; other policies can be changed", async () => {
    const role = `dropped_${process.pid}`;
    await sql.unsafe(`create role ${role}`);
    const environment = await withApprovals(database, 1, role);
    const id = await entered(environment);
    await sql.unsafe(`drop role ${role}`);

    expect(await waitingOn(id)).toEqual([
      `approval: 1 approval of ${role} (none given); nobody can approve, since there is no role ${role}`,
    ]);
    expect(await outcome(approve(ann, id))).toBe("QD054");
    expect(await sql`select status, text from deploy_queue.health() where name = 'rules'`).toEqual([
      { status: "failed", text: `${environment} needs 1 approval of ${role}; logins and tokens with that role: 0` },
    ]);
    await sql`select deploy_queue.set_environment(${environment}, buffer_time => '1 minute')`;
    await sql`select deploy_queue.set_environment(${environment}, approvers => '')`;
  });
});

describe("an approval", () => {
  test("is for the version and the artifact: what a reservation is redeemed with makes it void", async () => {
    const environment = await withApprovals(database, 1);
    const [open, known] = [
      await entered(environment, { version: "null, reserve_for => '1 hour'" }),
      await entered(environment, { version: "'v1', reserve_for => '1 hour'" }),
    ];
    for (const id of [open, known]) await approve(ann, id);
    await ci.sql`select deploy_queue.redeem(${open}, version => 'v2')`;
    await ci.sql`select deploy_queue.redeem(${known}, version => 'v1', url => 'https://ci/1')`;

    expect(await waitingOn(open)).toEqual(["approval: 1 approval (none given)"]);
    expect(await starts(known)).toBe(true);

    await approve(ann, open);
    expect(await starts(open)).toBe(true);
  });

  test("may come before its turn: while it is on hold, and behind others", async () => {
    const environment = await withApprovals(database, 1);
    const held = await entered(environment, { version: "'v1', hold => 'outside'" });
    await approve(ann, held);
    await queue.holds.release(held, { heartbeat: false, key: "one" });
    expect(await starts(held)).toBe(true);

    const { region } = newLine(database);
    const [first, second] = [
      await database.enqueue({ environment, region }),
      await database.enqueue({ environment, region }),
    ];
    await approve(ann, second.id);
    expect((await queue.tryStart(second.id)).waitingOn).toMatchObject([{ kind: "queued", deployment_id: first.id }]);
  });

  test("is no row that changes, and goes with its deployment", async () => {
    const environment = await withApprovals(database, 1);
    const id = await entered(environment);
    await approve(ann, id);
    for (const statement of [
      "update deploy_queue.approvals set kind = 'approve'",
      "delete from deploy_queue.approvals",
      "truncate deploy_queue.approvals",
    ]) {
      expect(await outcome(sql.unsafe(statement)), statement).toBe("QD010");
    }

    await queue.cancel(id);
    await sql`select deploy_queue.set_environment(${environment}, retention => '1 day')`;
    await database.advance("2 days");
    await queue.upkeep.pruneHistory();
    expect(await sql`select from deploy_queue.approvals where deployment_id = ${id}`).toHaveLength(0);
  });

  test("is needed by plain SQL as well; a recorded bypass goes past it, and so does a part of what runs", async () => {
    const environment = await withApprovals(database, 1);
    const { region } = newLine(database);
    const insert = (more: string) => `
      insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, start_timestamp)
      values ('${environment}', 'aws', '${region}', 0, 'api', now()) ${more}`;
    expect(await outcome(sql.unsafe(insert("")))).toBe("QD003");
    const id = await entered(environment);
    expect(await outcome(sql`update deploy_queue.deployments set start_timestamp = now() where id = ${id}`)).toBe(
      "QD003",
    );

    const operator = database.connect();
    await operator.unsafe("set deploy_queue.bypass_reason = 'sev 1'");
    await operator.unsafe(`update deploy_queue.deployments set start_timestamp = now() where id = ${id}`);
    expect((await queue.history.of(id)).map(({ kind }) => kind)).toContain("bypassed");

    const holder = await newLine(database, await withApprovals(database, 0)).add("running", { heartbeat: true });
    const { environment: place, region: there } = await queue.deployment(holder);
    const part = await database.enqueue({ environment: place, region: there, parentId: holder, joinParent: true });
    await sql`select deploy_queue.set_environment(${place}, approvals => 1)`;
    expect(await starts(part.id)).toBe(true);
  });

  test("is refused where none is needed, and for what runs or has ended", async () => {
    const free = await database.enqueue();
    expect(await outcome(approve(ann, free.id))).toBe("QD055");
    expect(await outcome(approve(ann, 1_000_000))).toBe("QD001");
    const id = await entered(await withApprovals(database, 1));
    await approve(ann, id);
    await queue.tryStart(id);
    expect(await outcome(approve(bob, id))).toBe("QD007");
    await queue.finish(id);
    expect(await outcome(approve(bob, id))).toBe("QD006");
  });

  test("is told of by a preflight, before there is a deployment", async () => {
    const environment = await withApprovals(database, 2);
    const place = { environment, cloudProvider: "aws", region: newLine(database).region, cellIndex: 0 };
    const flight = await queue.line.preflight({ ...place, component: "api" });
    expect(flight).toMatchObject({
      can_start: false,
      checklist: [
        {
          ...{ kind: "approval", is_open: false, text: "2 approvals (none given)" },
          cures: [{ function: "approve", arguments: { deployment_id: null } }],
        },
      ],
    });
  });

  test("may be demanded of one component, and not of another", async () => {
    const environment = await withApprovals(database, 1);
    await sql`select deploy_queue.set_component(${environment}, 'docs', approvals => 0)`;
    await sql`select deploy_queue.set_component(${environment}, 'api', approvals => 2)`;
    const at = (component: string) => database.enqueue({ environment, component });
    expect(await starts((await at("docs")).id)).toBe(true);
    expect(await waitingOn((await at("api")).id)).toEqual(["approval: 2 approvals (none given)"]);
    expect(await waitingOn((await at("web")).id)).toEqual(["approval: 1 approval (none given)"]);
  });
});
