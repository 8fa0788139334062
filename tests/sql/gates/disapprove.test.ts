import { beforeAll, expect, test } from "vitest";
import { approve, entered, newPeople, say, withApprovals } from "../../support/approvals.js";
import { useDatabase } from "../../support/database.js";
import { type Login, useLogins } from "../../support/logins.js";
import { outcome } from "../../support/session.js";

const database = useDatabase();
const { queue } = database;
const newLogin = useLogins(database);
let ci: Login;
let ann: Login;
let bob: Login;

beforeAll(async () => {
  ({ ci, ann, bob } = await newPeople(database, newLogin));
});

const disapprove = (login: Login, id: number, note = "'the flag is missing'") =>
  say(login, "", `select deploy_queue.disapprove(${id}, ${note})`);

test("a disapproval takes back what its approver approved, and cancels the deployment, saying who and why", async () => {
  const id = await entered(database, ci, await withApprovals(database, 1));
  await approve(ann, id);
  await disapprove(ann, id);

  expect(await queue.deployment(id)).toMatchObject({
    status: "cancelled",
    cancellation_note: `disapproved by ${ann.name}: the flag is missing`,
  });
  expect((await queue.history.of(id)).map(({ kind }) => kind)).toEqual([
    "enqueued",
    "approved",
    "woken",
    "disapproved",
    "cancelled",
  ]);
  expect(await outcome(approve(bob, id))).toBe("QD005");
});

test("a disapproval is for approvers, before the start, and needs a note", async () => {
  const id = await entered(database, ci, await withApprovals(database, 1));
  expect(await outcome(disapprove(ci, id))).toBe("QD054");
  expect(await outcome(disapprove(await newLogin("deploy_queue_operator"), id))).toBe("QD054");
  for (const note of ["null", "''", "' '"]) expect(await outcome(disapprove(ann, id, note)), note).toBe("QD022");
  expect(await outcome(disapprove(ann, id, `'${"x".repeat(501)}'`))).toBe("23514");
  await approve(ann, id);
  await queue.tryStart(id);
  expect(await outcome(disapprove(ann, id))).toBe("QD007");
});
