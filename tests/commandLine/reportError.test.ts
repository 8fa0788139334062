import { describe, expect, test } from "vitest";
import { useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();
const location = ["--environment=dev", "--provider=aws", "--region=r", "--cell-index=0"];

describe("a command line that is not understood is refused with 2, in one line that helps:", () => {
  test.each([
    ["an unknown command", ["deploy"], 'there is no command "deploy"'],
    ["an unknown target", ["cancel", "everything"], "There are: cancel deployment, cancel version, cancel location"],
    ["half a command", ["cancel"], "There are: cancel deployment, cancel version, cancel location"],
    ["an unknown option alone", ["--nothing"], "--nothing"],
    ["an unknown option", ["info", "1", "--nothing"], "info: --nothing is not an option"],
    ["an unknown option with a value", ["info", "1", "--nothing=1"], "info: --nothing is not an option"],
    ["no options at all", ["start"], "--environment, --provider, --region, --cell-index, --component are missing"],
    ["one missing option", ["start", ...location], "--component is missing"],
    ["a missing option of cancel version", ["cancel", "version", "--component=api"], "--version is missing"],
    ["a missing command", ["run"], 'an argument is missing: it needs <command>. See "deploy-queue run --help"'],
    ["a missing id", ["finish"], 'an argument is missing: it needs <deployment-id>. See "deploy-queue finish --help"'],
    ["a second id", ["finish", "1", "2"], 'finish: "2" is one argument too many'],
    ["a deployment without the word", ["cancel", "24"], 'Did you mean "deploy-queue cancel deployment 24"?'],
    [
      "a reason by the name that another command has for it",
      ["cancel", "deployment", "24", "--reason=late"],
      "--reason is not an option; did you mean --cancellation-note?",
    ],
    [
      "a note, where there is a reason",
      ["bump", "24", "--note", "late"],
      "--note is not an option; did you mean --reason?",
    ],
    [
      "an option and its opposite",
      ["run", ...location, "--component=api", "--log", "--no-log", "--", "true"],
      "--log and --no-log exclude each other",
    ],
    [
      "a hold as a word of its own",
      ["start", ...location, "--component=api", "--hold", "in-line"],
      "write --hold=in-line",
    ],
    ["an option without its value", ["start", ...location, "--component"], "--component"],
    ["a flag with a value", ["info", "1", "--json=yes"], "--json"],
    ["run without a command", ["run", ...location, "--component=api"], 'See "deploy-queue run --help"'],
    ["run with nothing after --", ["run", ...location, "--component=api", "--"], 'See "deploy-queue run --help"'],
    ["characters that steer a terminal", ["\u001b[31mred\nline"], "there is no command"],
    ["such an option", ["info", "1", "--a\u009b31m\u202e"], "info: "],
  ])("%s", async (_, args, message) => {
    const before = await cli.counts();

    const { code, stdout, stderr } = await cli.run(args);

    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not reach a terminal
    expect(stderr).toMatch(/^deploy-queue: [^\u0000-\u001f\u007f-\u009f\u202a-\u202e]+\n$/);
    expect(await cli.counts()).toEqual(before);
  });
});

describe("help", () => {
  test("is printed on stdout without arguments, and asks for no database", async () => {
    const { code, stdout, stderr } = await cli.runProcess([], { DEPLOY_QUEUE_DATABASE_URL: undefined });

    expect(code).toBe(0);
    expect(stdout).toContain("deploy-queue start");
    expect(stderr).toBe("");
  });

  test.each(["start", "cancel location", "heartbeat url"])("explains %s", async (command) => {
    const { code, stdout } = await cli.run([...command.split(" "), "--help"], { DEPLOY_QUEUE_DATABASE_URL: undefined });

    expect(code).toBe(0);
    expect(stdout).toContain(`deploy-queue ${command}`);
  });

  test("is not needed for the version", async () => {
    const { code, stdout } = await cli.runProcess(["--version"], { DEPLOY_QUEUE_DATABASE_URL: undefined });

    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });
});

test("an unexpected error is one line without its stack, and exit code 1", async () => {
  await cli.sql`alter view deploy_queue.deployments_with_status rename to deployments_are_away`;

  const { code, stderr } = await cli.run(["info", "1"]);
  const debugging = await cli.run(["info", "1"], { DEPLOY_QUEUE_LOG_LEVEL: "debug" });
  await cli.sql`alter view deploy_queue.deployments_are_away rename to deployments_with_status`;

  expect(code).toBe(1);
  expect(stderr).toMatch(/^deploy-queue: unexpected error: .*deployments_with_status.*\n$/);
  expect(debugging.stderr).toMatch(/\n\s+at /);
});
