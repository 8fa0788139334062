// What is shown of a staged command is what runs, and it runs with no more than the person who releases it gives.
import { beforeAll, describe, expect, test } from "vitest";
import { program } from "../support/cli.js";
import { newPlace, useCommandLine, useDirectory } from "../support/commandLine.js";
import { useLogins } from "../support/logins.js";
import { until } from "../support/until.js";

const cli = useCommandLine();
const newLogin = useLogins(cli);
useDirectory();

beforeAll(() => cli.queue.roles.create());

const hidden = {
  "a line break": "ls\nrm -rf /",
  "a carriage return": "rm -rf /\rls",
  "the body of an OSC sequence": "ls \u001b]0;$(rm -rf /)\u0007",
  "a text that is turned around": "ls \u202efr- mr",
};

describe.for(Object.entries(hidden))("a staged command with %s", ([, word]) => {
  test.for(["the program", "an argument"])("is refused at the door of the command line, in %s", async (where) => {
    const before = await cli.counts();
    const command = where === "the program" ? [word] : ["sh", "-c", word];
    const { code, stderr } = await cli.run(["stage", ...newPlace().options, "--", ...command]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^deploy-queue: (?:the program|argument 2) of the command has characters that cannot be shown.*\n$/,
    );
    expect(await cli.counts()).toEqual(before);
  });

  test.for(["deploy_queue_deployer", "deploy_queue_operator", "the owner"])(
    "is refused by the database, as %s",
    async (role) => {
      const { sql } = role === "the owner" ? cli : await newLogin(role);
      const enqueue = sql`
        select deploy_queue.enqueue('dev', 'aws', ${newPlace().region}, 0, 'api', hold => 'outside', command => array['sh', ${word}])`;
      await expect(enqueue).rejects.toMatchObject({
        code: "23514",
        constraint_name: "command_must_have_printable_words_only",
      });
    },
  );
});

test.for(
  [..."\u00ad\u200b\u200d\u2060\u3164\ufeff\u{e0041}"].map((character) => [
    character.codePointAt(0)?.toString(16),
    character,
  ]),
)("the database refuses a staged command with the shapeless character U+%s", async ([, character]) => {
  const enqueue = cli.sql`
      select deploy_queue.enqueue('dev', 'aws', ${newPlace().region}, 0, 'api', hold => 'outside', command => array['sh', ${`a${character}b`}])`;
  await expect(enqueue).rejects.toMatchObject({ constraint_name: "command_must_have_printable_words_only" });
});

test("an operator cannot stage by a plain INSERT what cannot be shown", async () => {
  const { sql } = await newLogin("deploy_queue_operator");
  const insert = sql`
    insert into deploy_queue.deployments (environment, cloud_provider, region, cell_index, component, hold, command)
    values ('dev', 'aws', 'inserted', 0, 'api', 'outside', array['ls', ${"a\nb"}])`;
  await expect(insert).rejects.toMatchObject({ constraint_name: "command_must_have_printable_words_only" });
});

test("the list shows each word as a shell needs it", async () => {
  const place = newPlace();
  await cli.run(["stage", ...place.options, "--", "sh", "-c", "echo 'a' \"$HOME\"; true", ""]);
  const { stdout } = await cli.run(["list", "staged"]);
  expect(stdout).toContain(`runs sh -c 'echo '\\''a'\\'' "$HOME"; true' ''`);
});

test.each(["{}", "{'',x}", "[0:1]={'',x}", "{{echo,a},{echo,b}}"])(
  "the database refuses the staged command %s, which is no program with its arguments",
  async (command) => {
    const enqueue = cli.sql`
      select deploy_queue.enqueue('dev', 'aws', ${newPlace().region}, 0, 'api', hold => 'outside', command => ${command.replaceAll("'", '"')}::text::text[])`;
    await expect(enqueue).rejects.toMatchObject({ constraint_name: "command_must_name_a_program" });
  },
);

/** A command that prints what it knows. */
const betray = ["sh", "-c", "echo $DEPLOY_QUEUE_DATABASE_URL $PGPASSWORD $MINE $DEPLOY_QUEUE_DEPLOYMENT_ID"];

test.for([
  [[], "withheld"],
  [["--pass-database-url"], cli.url],
] as const)("run and release %j tell their command of the URL: %s", async ([options, known]) => {
  const { id } = await cli.enqueue({ hold: "outside", command: betray });
  // Where the URL has no password, PGPASSWORD is the queue's.
  const isQueues = new URL(cli.url).password === "";
  const variables = {
    MINE: isQueues ? "of another database mine" : "mine",
    ...(isQueues ? {} : { PGPASSWORD: "of another database" }),
  };
  const released = await cli.runProcess(["release", String(id), "--yes", ...options], variables);
  expect(released.stdout).toBe(`${known} of another database mine ${id}\n`);
  const run = await cli.runProcess(["run", ...newPlace().options, ...options, "--", ...betray], variables);
  expect(run.stdout).toMatch(/^(\S+) of another database mine \d+\n$/);
  expect(run.stdout.startsWith(`${known} `)).toBe(true);
});

test("a password that comes from PGPASSWORD is kept from the command like the URL, and the end is told with it", async () => {
  const url = new URL(cli.url);
  const { password } = url;
  url.password = "";
  const run = cli.launch(["run", ...newPlace().options, "--", "sh", "-c", `${betray[2]}; sleep 30`], {
    DEPLOY_QUEUE_DATABASE_URL: url.href,
    PGPASSWORD: decodeURIComponent(password),
    MINE: "mine",
  });
  const [, id] = await run.printed(/^withheld mine (\d+)$/m);
  run.process.kill("SIGKILL");
  await until("the watchdog has told the end", async () => (await cli.row(Number(id))).status === "failed");
});

test("a deploy-queue in a command that may not know the URL says so, and uses no other queue", async () => {
  const nested = ["run", ...newPlace().options, "--", ...program, "list", "queue"];
  const { code, stderr } = await cli.runProcess(nested, { CI: "" });
  expect(code).toBe(2);
  expect(stderr).toContain("Give --pass-database-url to that run or release");
});

test("run gives its command the environment of its caller, the id and the mark by which it is found, and nothing else", async () => {
  const command = ["sh", "-c", "env | cut -d= -f1 | grep -v '^\\(PWD\\|SHLVL\\|_\\)$' | sort"];
  const { stdout } = await cli.runProcess(["run", ...newPlace().options, "--", ...command], { MINE: "mine" });
  const given = ["CI", "DEPLOY_QUEUE_ACTOR", "DEPLOY_QUEUE_DATABASE_URL", "HOME", "MINE", "PATH"];
  expect(stdout.split("\n").filter((name) => name !== "" && name !== "NODE_V8_COVERAGE")).toEqual(
    [...given, "DEPLOY_QUEUE_DEPLOYMENT_ID", "DEPLOY_QUEUE_GUARD"].toSorted(),
  );
});

describe("release of a command that another role has staged", () => {
  const staged = async () => {
    const { name, sql } = await newLogin("deploy_queue_deployer");
    const [row] = await sql<{ id: number }[]>`
      select id from deploy_queue.enqueue('dev', 'aws', ${newPlace().region}, 0, 'api', hold => 'outside', command => '{echo,ran}')`;
    return { role: name, id: String(row?.id) };
  };

  test("is not answered by --yes", async () => {
    const { role, id } = await staged();
    const { code, stdout, stderr } = await cli.runProcess(["release", id, "--yes"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`Add --trust-staged-by ${role}`);
    expect((await cli.row(Number(id))).status).toBe("held");
  });

  test("is answered by naming the role, and by no other name", async () => {
    const { role, id } = await staged();
    expect((await cli.runProcess(["release", id, "--yes", "--trust-staged-by", "others"])).code).toBe(2);
    expect(await cli.runProcess(["release", id, "--yes", "--trust-staged-by", role])).toMatchObject({
      code: 0,
      stdout: "ran\n",
    });
  });

  test("is not asked about where a job waits for the release, or nothing runs", async () => {
    const { sql } = await newLogin("deploy_queue_deployer");
    const [row] = await sql<{ id: number }[]>`
      select id from deploy_queue.enqueue('dev', 'aws', ${newPlace().region}, 0, 'api', hold => 'outside')`;
    expect((await cli.runProcess(["release", String(row?.id), "--yes"])).code).toBe(0);
  });
});
