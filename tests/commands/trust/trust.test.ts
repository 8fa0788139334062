import { beforeAll, expect, test } from "vitest";
import { useCommandLine } from "../../support/commandLine.js";
import { githubClaims, newSession } from "../../support/trusts.js";

const cli = useCommandLine();
const audience = "https://queue.example.com";
const claims = ["--claim", "repository_id=74", "--claim", "ref=refs/heads/a=b"];
const add = (name: string, ...more: string[]) =>
  cli.run(["trust", "add", "github", "--name", name, "--audience", audience, "--role", "deployer", ...more]);

beforeAll(async () => {
  await cli.run(["roles", "create"]);
});

test("a trust is added, listed with what it asks for and gives, and removed", async () => {
  const { stderr } = await add("api", ...claims, "--environment", "dev, prod", "--functions", "enqueue,try_start");
  expect(stderr).toContain(
    "tokens of https://token.actions.githubusercontent.com with these claims get a session of a deployer: trust api",
  );
  await newSession(cli.sql, githubClaims({ ref: "refs/heads/a=b" }));

  const { stdout } = await cli.run(["trust", "list"]);
  expect(stdout).toMatch(
    /^api +https:\/\/token\S+ +https:\/\/queue.example.com +ref=refs\/heads\/a=b repository_id=74 +deployer/m,
  );
  expect(stdout).toMatch(/deployer +dev, prod; enqueue, try_start +1 /);
  const json = await cli.run(["trust", "list", "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject([
    { name: "api", claims: { repository_id: "74" }, environments: ["dev", "prod"], session_seconds: 3600 },
  ]);

  expect((await cli.run(["trust", "remove", "api"])).stderr).toContain(
    "trust api is removed, and its sessions have ended",
  );
  expect((await cli.run(["trust", "list"])).stdout).toMatch(/ removed \d{4}-\d\d-\d\d /);
  expect(await cli.run(["trust", "remove", "api"])).toMatchObject({ code: 3 });
});

test("a trust is limited to cells, and its sessions last as long as it says", async () => {
  await cli.enqueue({ environment: "dev", region: "us-west-2", cellIndex: 1 });
  const limits = ["--cell", "dev-aws-us-west-2-cell-1", "--component", "api", "--session", "15m"];
  const { stdout } = await add("cells", ...claims, ...limits, "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ cells: ["dev-aws-us-west-2-cell-1"], components: ["api"], session_seconds: 900 },
  });
});

test.for([
  [["--claim", "ref"], '--claim must be a claim and its value, such as ref=refs/heads/main, not "ref"'],
  [["--claim", "repository=octo/api"], "claims must name repository_id or repository_owner_id"],
  [[...claims, "--role", "king"], "'king' is no kind of role"],
  [[...claims, "--session", "25h"], "a session lasts a minute to a day"],
  [[...claims, "--cell", "nowhere"], "there is no cell 'nowhere'"],
  [[...claims, "--issuer", "http://ci.example.com"], "issuer must begin with https"],
] as const)("trust add with %j is refused", async ([options, message]) => {
  const { code, stderr } = await add("wrong", ...options);
  expect(stderr).toContain(message);
  expect([2, 3]).toContain(code);
});
