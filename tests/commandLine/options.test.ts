import { describe, expect, test } from "vitest";
import { useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();
const oneLine = /^deploy-queue: [^\n]+\n$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these must not reach a terminal
const steersTerminal = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;
const valid = { environment: "dev", provider: "aws", region: "bad-input", "cell-index": "0", component: "api" };

/** Runs the command and expects that it is refused in one line, and that nothing is written. */
async function refused(args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const before = await cli.counts();
  const { code, stdout, stderr } = await cli.run(args);
  expect(stdout).toBe("");
  expect(stderr).toMatch(oneLine);
  expect(stderr.trimEnd()).not.toMatch(steersTerminal);
  expect(await cli.counts()).toEqual(before);
  return { code, stderr };
}

function start(changes: Readonly<Record<string, string>>): string[] {
  return ["start", ...Object.entries({ ...valid, ...changes }).map(([name, value]) => `--${name}=${value}`)];
}

describe("a value that cannot be right is refused with 2 and nothing is written:", () => {
  test.each([
    ["an empty environment", { environment: "" }, "--environment is empty"],
    ["a negative cell", { "cell-index": "-1" }, "--cell-index must be a whole number from 0 to 2147483647"],
    ["a huge cell", { "cell-index": "99999999999999999999" }, "--cell-index must be a whole number"],
    ["a cell beyond an integer", { "cell-index": "2147483648" }, "--cell-index must be a whole number"],
    ["a fraction of a cell", { "cell-index": "1.5" }, "--cell-index must be a whole number"],
    ["a cell that is no number", { "cell-index": "one" }, "--cell-index must be a whole number"],
    ["a hexadecimal cell", { "cell-index": "0x1" }, "--cell-index must be a whole number"],
    ["an empty cell", { "cell-index": "" }, "--cell-index must be a whole number"],
    ["an empty component", { component: "" }, "--component is empty"],
    ["a component of 201 characters", { component: "x".repeat(201) }, "component must be 1 to 200"],
    ["a component of 10 kB", { component: "x".repeat(10_000) }, "component must be 1 to 200"],
    ["an empty region", { region: "" }, "--region is empty"],
    ["a region of 101 characters", { region: "x".repeat(101) }, "region must be 1 to 100 printable characters"],
    ["an empty provider", { provider: "" }, "--provider is empty"],
    ["a version of 101 characters", { version: "x".repeat(101) }, "version must be 1 to 100 printable characters"],
    ["a key of 101 characters", { "concurrency-key": "x".repeat(101) }, "--concurrency-key must be 1 to 100"],
    ["an unreadable timeout", { "wait-timeout": "soon" }, "--wait-timeout must be a duration such as"],
    ["a timeout without a unit", { "wait-timeout": "10" }, "--wait-timeout must be a duration such as"],
    ["a negative timeout", { "wait-timeout": "-5m" }, "--wait-timeout must be a duration such as"],
  ])("%s", async (_, changes, message) => {
    const { code, stderr } = await refused(start(changes));

    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test("a component of 200 characters and a cell of 2147483647 are fine", async () => {
    const { code } = await cli.run(start({ component: "x".repeat(200), "cell-index": "2147483647" }));

    expect(code).toBe(0);
  });

  test("an unknown environment is refused with 3", async () => {
    const { code, stderr } = await refused(start({ environment: "nowhere" }));

    expect(code).toBe(3);
    expect(stderr).toContain("environment nowhere does not exist. There are: dev, prod");
  });

  test("a negative cell as a word of its own", async () => {
    const { code, stderr } = await refused([
      ...start({}).filter((word) => !word.startsWith("--cell")),
      "--cell-index",
      "-1",
    ]);

    expect(code).toBe(2);
    expect(stderr).toContain("--cell-index");
  });
});

describe("characters that steer a terminal are refused, and not printed raw, in", () => {
  const hostile = { newline: "a\nb", escape: "a\u001b[31mb\u001b]0;title\u0007", bidi: "a\u202eb", c1: "a\u009b31mb" };
  const fields = ["environment", "provider", "region", "component", "version", "url", "note", "concurrency-key"];
  const more = ["cell-index", "wait-timeout", "outage-timeout"];

  test.each([...fields, ...more])("--%s", async (field) => {
    const ends = await Promise.all(Object.values(hostile).map((value) => refused(start({ [field]: value }))));

    const refusal = field === "environment" ? 3 : 2;
    expect(ends.map(({ code }) => code)).toEqual([refusal, refusal, refusal, refusal]);
  });

  test("--cancellation-note", async () => {
    const { id } = await cli.enqueue();

    for (const value of Object.values(hostile)) {
      const { code } = await refused(["cancel", "deployment", String(id), `--cancellation-note=${value}`]);
      expect(code).toBe(2);
    }
    expect((await cli.row(id)).status).toBe("queued");
  });

  test("a deployment id", async () => {
    for (const value of Object.values(hostile)) {
      expect((await refused(["info", value])).code).toBe(2);
    }
  });
});

describe("SQL in an option stays text", () => {
  test("in the version", async () => {
    const version = `'; drop schema deploy_queue cascade; -- $(id) \`id\``;

    const { stdout } = await cli.run(start({ version }));

    expect((await cli.row(Number(stdout))).version).toBe(version);
  });
});

describe.each(["info", "finish", "cancel deployment", "heartbeat deployment"])("%s", (words) => {
  const command = words.split(" ");

  test.each(["abc", "-1", "1.5", "1e3", "9223372036854775808", "99999999999999999999999", ""])(
    "refuses the id %j with 2",
    async (id) => {
      expect((await refused([...command, id])).code).toBe(2);
    },
  );

  test.each(["0", "9223372036854775807"])("does not know deployment %s and exits with 3", async (id) => {
    const { code, stderr } = await refused([...command, id]);

    expect(code).toBe(3);
    expect(stderr).toContain(`deployment ${id} does not exist`);
  });
});
