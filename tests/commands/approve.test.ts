import { beforeAll, expect, test } from "vitest";
import { newPeople } from "../support/approvals.js";
import { newPlace, type Place, useCommandLine } from "../support/commandLine.js";
import { type Login, useLogins } from "../support/logins.js";

const cli = useCommandLine();
const newLogin = useLogins(cli);
let ci: Login;
let ann: Login;
let bob: Login;

beforeAll(async () => {
  ({ ci, ann, bob } = await newPeople(cli, newLogin));
});

const by = ({ url, name }: Login) => ({ DEPLOY_QUEUE_DATABASE_URL: url, DEPLOY_QUEUE_ACTOR: name });

async function approvedPlace(approvals: number): Promise<Place> {
  const place = newPlace(await cli.environment());
  await cli.run(["environment", "set", place.environment, "--approvals", String(approvals)]);
  return place;
}

/** A start of ci that waits for approvals, with the id that it has. */
async function waiting(place: Place) {
  const start = cli.launch(["start", ...place.options, "--version", "v1"], by(ci));
  const [, id = ""] = await start.printed(/deployment (\d+) \(api@v1\)[\s\S]*2 approvals \(none given\)/);
  return { start, id };
}

test("a start waits for two others, who find it in list approvals and approve it; each place to look says what is missing", async () => {
  const place = await approvedPlace(2);
  const { start, id } = await waiting(place);
  const of = ["--environment", place.environment];

  const listed = await cli.run(["list", "approvals", ...of], by(ann));
  expect(listed.stdout).toMatch(
    new RegExp(`${id} .*api@v1 .*0 of 2 +deploy_queue_approver +deploy-queue approve ${id}`),
  );
  const own = await cli.run(["list", "approvals", ...of], by(ci));
  expect(own.stdout).toBe("Nothing waits for your approval; --all lists what waits for that of others.\n");
  const refused = await cli.run(["approve", id], by(ci));
  expect(refused).toMatchObject({ code: 4, stdout: "" });
  expect(refused.stderr).toMatch(/was entered by .*, and is approved by others\. You are .*\n$/);

  const approved = await cli.run(["approve", id, "--note", "read the diff"], by(ann));
  const missing = `2 approvals \\(1 given by ${ann.name}\\)`;
  expect(approved).toMatchObject({ code: 0, stdout: "" });
  expect(approved.stderr).toMatch(new RegExp(`deployment ${id} \\(api@v1\\) is approved; it waits for ${missing}\n$`));
  expect((await cli.run(["explain", id])).stdout).toMatch(
    new RegExp(`approval: ${missing}\n +deploy-queue approve ${id}`),
  );
  for (const command of ["status", "list queue"]) {
    expect((await cli.run([...command.split(" "), ...of])).stdout, command).toMatch(new RegExp(missing));
  }
  const all = JSON.parse((await cli.run(["list", "approvals", "--all", "--json", ...of], by(ann))).stdout);
  expect(all).toMatchObject([{ deployment_id: Number(id), given_by: [ann.name], is_mine: false }]);

  const again = await cli.run(["approve", id], by(ann));
  expect(again.stderr).toContain("is approved by you already");
  await cli.run(["approve", id], by(bob));
  expect((await start.end).code).toBe(0);
  expect((await cli.run(["history", id])).stdout).toMatch(/approved .*read the diff/);
});

test("a disapproval needs a note, and ends the wait with 5, saying who and why", async () => {
  const { start, id } = await waiting(await approvedPlace(2));
  expect((await cli.run(["disapprove", id], by(ann))).code).toBe(2);

  const disapproved = await cli.run(["disapprove", id, "--note", "the flag is missing", "--json"], by(ann));
  expect(JSON.parse(disapproved.stdout)).toMatchObject({ deployment_id: Number(id), cancellation_kind: "cancelled" });
  expect(disapproved.stderr).toContain("is disapproved and cancelled");
  const { code, stderr } = await start.end;
  expect(code).toBe(5);
  expect(stderr).toContain(`disapproved by ${ann.name}: the flag is missing`);
});
