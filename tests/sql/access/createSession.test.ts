import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.js";
import { useLogins } from "../../support/logins.js";
import { openSession, outcome, untilBlocked } from "../../support/session.js";
import { audience, callAs, githubClaims, newSession, newTrust } from "../../support/trusts.js";

const database = useDatabase();
const { sql } = database;
const newLogin = useLogins(database);

beforeAll(async () => {
  await database.queue.roles.create();
});

const cell = { environment: "dev", cloud_provider: "aws", region: "us-west-2", cell_index: 1, component: "api" };

test("a run that a trust lets in does what the trust grants, and the record has its subject, run and commit", async () => {
  const name = await newTrust(sql, { claims: { repository_id: "1", ref: "refs/heads/main" }, environments: ["dev"] });
  const { credential, row } = await newSession(sql, githubClaims({ repository_id: "1" }));
  expect(row).toMatchObject({
    trust: name,
    principal: "github repository_id=1 run_id=1001",
    kind: "deployer",
    environments: ["dev"],
  });

  const [entered] = await callAs(sql, credential, "enqueue", { ...cell, start: true });
  expect(entered).toMatchObject({ entered_by: "github repository_id=1 run_id=1001" });
  await expect(callAs(sql, credential, "enqueue", { ...cell, environment: "prod" })).rejects.toMatchObject({
    code: "QD020",
  });
  await expect(callAs(sql, credential, "freeze", { environment: "dev", reason: "no" })).rejects.toMatchObject({
    code: "QD072",
  });
  expect(await callAs(sql, credential, "history", { deployment_id: entered?.["id"] })).toMatchObject(
    ["enqueued", "started"].map((kind) => ({
      kind,
      principal: "github repository_id=1 run_id=1001",
      verified_subject: "repo:octo/api:environment:production",
      verified_run: "repository_id=1 run_id=1001 run_attempt=1 check_run_id=501",
      verified_commit: "5f3759df",
    })),
  );
});

test("each run has as many deployments that wait or run as its trust says", async () => {
  await newTrust(sql, { claims: { repository_id: "11" }, mostLive: 1 });
  const runs = await Promise.all(
    ["1", "2"].map((run_id) => newSession(sql, githubClaims({ repository_id: "11", run_id }))),
  );
  for (const { credential } of runs) {
    await callAs(sql, credential, "enqueue", cell);
    await expect(callAs(sql, credential, "enqueue", cell)).rejects.toMatchObject({ code: "QD077" });
  }
});

test("no client sets what was verified", async () => {
  const deployer = await newLogin("deploy_queue_deployer");
  const claims = { subject: "repo:octo/api", run: "1", commit: "2" };
  const verified = JSON.stringify({ principal: "github", kind: "operator", claims });
  const id = await deployer.sql.begin(async (session) => {
    await session`select set_config('deploy_queue.verified', ${verified}, true)`;
    const [made] = await session`select id from deploy_queue.enqueue('dev', 'aws', 'us-west-2', 7, 'api')`;
    return String(made?.["id"]);
  });
  expect(
    await sql`
      select verified_subject, verified_run, verified_commit from deploy_queue.deployment_events where deployment_id = ${id}`,
  ).toEqual([{ verified_subject: null, verified_run: null, verified_commit: null }]);
});

test("another run of the same branch owns nothing of it; another job and another attempt of the run do", async () => {
  await newTrust(sql, { claims: { repository_id: "2" } });
  const ours = await newSession(sql, githubClaims({ repository_id: "2", run_id: "1" }));
  const again = githubClaims({ repository_id: "2", run_id: "1", run_attempt: "2", check_run_id: "9" });
  const [sameRun, other] = [
    await newSession(sql, again),
    await newSession(sql, githubClaims({ repository_id: "2", run_id: "2" })),
  ];
  const [entered] = await callAs(sql, ours.credential, "enqueue", { ...cell, cell_index: 2 });
  const id = { deployment_id: entered?.["id"] };

  await expect(callAs(sql, other.credential, "cancel", id)).rejects.toMatchObject({
    code: "QD072",
    message: `deployment ${id.deployment_id} was entered by github repository_id=2 run_id=1, not by github repository_id=2 run_id=2`,
  });
  expect(await callAs(sql, sameRun.credential, "cancel", id)).toMatchObject([{ cancellation_kind: "cancelled" }]);
});

test.for([
  ["another value", githubClaims({ repository_id: "3", ref: "refs/heads/mainly" })],
  ["other letters", githubClaims({ repository_id: "3", ref: "refs/heads/Main" })],
  ["no value", githubClaims({ repository_id: "3", ref: undefined })],
  ["null", githubClaims({ repository_id: "3", ref: null })],
  ["a list", githubClaims({ repository_id: "3", ref: ["refs/heads/main"] })],
  ["another repository of the same name", githubClaims({ repository_id: "33" })],
  ["another audience", githubClaims({ repository_id: "3", aud: `${audience}/` })],
  ["no audience", githubClaims({ repository_id: "3", aud: undefined })],
] as const)("a token with %s of a claim is let in by no trust", async ([, claims]) => {
  const name = await newTrust(sql, { claims: { repository_id: "3", ref: "refs/heads/main" } });
  await expect(newSession(sql, claims)).rejects.toMatchObject({
    code: "QD083",
    message: "no trust lets in the token of repo:octo/api:environment:production",
  });
  const audiences = githubClaims({ repository_id: "3", aud: ["other", audience] });
  expect((await newSession(sql, audiences)).row).toMatchObject({ kind: "deployer" });
  await sql`select deploy_queue.remove_trust(${name})`;
});

test("a token of another issuer with the same claims is let in by no trust", async () => {
  await newTrust(sql, { claims: { repository_id: "4" } });
  await expect(
    newSession(sql, githubClaims({ repository_id: "4" }), "https://ghes.example.com/_services/token"),
  ).rejects.toMatchObject({ code: "QD083" });
});

test("runs of two issuers with the same numbers are two principals", async () => {
  const issuer = "https://ghes.example.com/_services/token";
  await newTrust(sql, { claims: { repository_id: "5" } });
  await newTrust(sql, { claims: { repository_id: "5" }, issuer });
  const [here, there] = [
    await newSession(sql, githubClaims({ repository_id: "5" })),
    await newSession(sql, githubClaims({ repository_id: "5" }), issuer),
  ];
  expect(here.row["principal"]).toBe("github repository_id=5 run_id=1001");
  expect(there.row["principal"]).toBe("ghes.example.com/_services/token repository_id=5 run_id=1001");
});

test("of several trusts the one that asks for the most counts", async () => {
  await newTrust(sql, { claims: { repository_id: "6" }, kind: "reader" });
  const strict = await newTrust(sql, {
    claims: { repository_id: "6", environment: "production" },
    environments: ["prod"],
  });
  await newTrust(sql, { claims: { repository_id: "6", environment: "staging" } });
  expect((await newSession(sql, githubClaims({ repository_id: "6" }))).row).toMatchObject({ trust: strict });
  const elsewhere = githubClaims({ repository_id: "6", environment: "test" });
  expect((await newSession(sql, elsewhere)).row).toMatchObject({ kind: "reader" });
});

test("of two runs that exchange one token at once, the second is refused", async () => {
  await newTrust(sql, { claims: { repository_id: "12" } });
  const claims = githubClaims({ repository_id: "12" });
  const [first, second] = [await openSession(database), await openSession(database)];
  await first.begin();
  await newSession(first.sql, claims);
  const pending = outcome(newSession(second.sql, { ...claims, run_id: "2" }));
  await untilBlocked(database, second, first);
  await first.commit();
  expect(await pending).toBe("QD084");
});

test("a token whose session has ended is exchanged by no other run either", async () => {
  await newTrust(sql, { claims: { repository_id: "13" } });
  const claims = githubClaims({ repository_id: "13" });
  const { credential } = await newSession(sql, claims);
  await sql`select deploy_queue.end_session(${credential})`;
  await expect(newSession(sql, { ...claims, run_id: "2" })).rejects.toMatchObject({ code: "QD084" });
});

test("a token is exchanged again by the same job, and by no other run", async () => {
  await newTrust(sql, { claims: { repository_id: "8" } });
  const claims = githubClaims({ repository_id: "8" });
  const [first, second] = [await newSession(sql, claims), await newSession(sql, claims)];
  expect(second.row["principal"]).toBe(first.row["principal"]);

  for (const stolen of [{ run_id: "2" }, { check_run_id: "7" }]) {
    await expect(newSession(sql, { ...claims, ...stolen })).rejects.toMatchObject({
      code: "QD084",
      message: "the token of repo:octo/api:environment:production was exchanged by another run already",
    });
  }
});

test.for([
  ["no run", { run_id: undefined }, /does not say by plain values of run_id which run it is of/],
  ["a run with a space", { run_id: "1 run_id=2" }, /repository_id, run_id, run_attempt, check_run_id/],
  ["a run that is an object", { run_id: { of: "1" } }, /repository_id, run_id, run_attempt, check_run_id/],
] as const)("a token that names %s is refused", async ([, wrong, message]) => {
  await newTrust(sql, { claims: { repository_id: "9" } });
  await expect(newSession(sql, githubClaims({ repository_id: "9", ...wrong }))).rejects.toMatchObject({
    code: "QD083",
    message: expect.stringMatching(message),
  });
});

test("a GitLab pipeline is one principal, and a token of any other issuer names its run by claims of choice", async () => {
  await newTrust(sql, { provider: "gitlab", claims: { project_id: "22", ref_protected: "true" } });
  const gitlab = { aud: audience, sub: "project_path:g/p", project_id: "22", pipeline_id: "5", job_id: "8", sha: "a1" };
  const { row } = await newSession(sql, { ...gitlab, ref_protected: "true" }, "https://gitlab.com");
  expect(row).toMatchObject({ principal: "gitlab project_id=22 pipeline_id=5" });

  const issuer = "https://agent.buildkite.com";
  await newTrust(sql, {
    provider: "oidc",
    issuer,
    claims: { organization_id: "o" },
    runClaims: ["pipeline_id", "build_number"],
  });
  const buildkite = { aud: audience, sub: "s", organization_id: "o", pipeline_id: "p", build_number: 42 };
  expect((await newSession(sql, buildkite, issuer)).row).toMatchObject({
    principal: "agent.buildkite.com pipeline_id=p build_number=42",
  });
});

test("a trust that is limited to cells and components changes no other", async () => {
  await database.enqueue({ environment: "dev", region: "limited", cellIndex: 1 });
  const limits = { components: ["api"], cells: ["dev-aws-limited-cell-1"] };
  await newTrust(sql, { claims: { repository_id: "10" }, ...limits });
  await newTrust(sql, { claims: { repository_id: "10", ref: "refs/heads/free" }, kind: "operator" });
  const { credential, row } = await newSession(sql, githubClaims({ repository_id: "10" }));
  const free = await newSession(sql, githubClaims({ repository_id: "10", ref: "refs/heads/free" }));
  expect(row).toMatchObject(limits);
  const inside = { ...cell, region: "limited" };

  const [entered] = await callAs(sql, credential, "enqueue", inside);
  await callAs(sql, credential, "try_start", { deployment_id: entered?.["id"] });
  const [foreign] = await callAs(sql, free.credential, "enqueue", { ...inside, cell_index: 2 });
  for (const [name, values] of [
    ["enqueue", { ...inside, cell_index: 2 }],
    ["enqueue", { ...inside, cell_index: 3 }],
    ["enqueue", { ...inside, parent_id: foreign?.["id"] }],
    ["cancel", { deployment_id: foreign?.["id"] }],
    ["heartbeats", { deployment_ids: [entered?.["id"], foreign?.["id"]] }],
  ] as const) {
    await expect(callAs(sql, credential, name, values), name).rejects.toMatchObject({
      code: "QD072",
      message: "github repository_id=10 run_id=1001 may change dev-aws-limited-cell-1 only",
    });
  }
});

test("of the targets of a directory, those in other cells are not in the way of a trust that is limited to one", async () => {
  await database.enqueue({ environment: "dev", region: "limited", cellIndex: 1 });
  const target = (cell_index: number, ...directories: string[]) => ({
    ...cell,
    ...{ target: `limited-${cell_index}`, region: "limited", cell_index, directories, refs: [] },
  });
  await database.queue.work.register("limited", [target(1, "/limited"), target(2, "/limited", "/limited/web")]);
  await newTrust(sql, { claims: { repository_id: "14" }, cells: ["dev-aws-limited-cell-1"] });
  const { credential } = await newSession(sql, githubClaims({ repository_id: "14" }));
  expect(await callAs(sql, credential, "submit", { directory: "/limited/web", commands: ["true"] })).toMatchObject([
    { target_name: "limited-1" },
  ]);
});

test("an operator that is limited to a cell changes nothing that names none", async () => {
  await newTrust(sql, { claims: { repository_id: "11" }, kind: "operator", cells: ["dev-aws-limited-cell-1"] });
  const { credential } = await newSession(sql, githubClaims({ repository_id: "11" }));
  for (const values of [{ environment: "dev" }, { ...cell, region: "limited", cell_index: "1" }]) {
    await expect(callAs(sql, credential, "freeze", { ...values, reason: "no" })).rejects.toMatchObject({
      code: expect.stringMatching(/QD072|QD073/),
    });
  }
});

test("a session ends by itself, and is removed a day later", async () => {
  await newTrust(sql, { claims: { repository_id: "13" } });
  const { credential } = await newSession(sql, githubClaims({ repository_id: "13" }));
  const count = async () => (await sql`select from deploy_queue.sessions where hash = ${credential}`).length;
  await database.advance("61 minutes");
  await expect(callAs(sql, credential, "schema_version")).rejects.toMatchObject({ code: "QD070" });
  await sql`select deploy_queue.prune_history()`;
  expect(await count()).toBe(1);
  await database.advance("25 hours");
  await sql`select deploy_queue.prune_history()`;
  expect(await count()).toBe(0);
});

test("a run with a session of a deployer is a member of that role for exceptions of freezes", async () => {
  await newTrust(sql, { claims: { repository_id: "16" } });
  const { row } = await newSession(sql, githubClaims({ repository_id: "16" }));
  const isMember = async (role: string) => {
    const [answer] = await sql`select deploy_queue._is_member(${String(row["principal"])}, ${role}) as is_member`;
    return answer?.["is_member"];
  };
  expect(await isMember("deploy_queue_deployer")).toBe(true);
  expect(await isMember("deploy_queue_operator")).toBe(false);
});
