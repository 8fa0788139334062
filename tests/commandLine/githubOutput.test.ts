import { afterEach, expect, test, vi } from "vitest";
import { setGitHubOutput } from "../../src/commandLine/githubOutput.js";
import { stepOutput, useDirectory } from "../support/commandLine.js";

const directory = useDirectory();

afterEach(() => {
  vi.unstubAllEnvs();
});

test("an output is written between delimiters that its value cannot contain", async () => {
  const output = stepOutput(directory);
  vi.stubEnv("GITHUB_OUTPUT", output.path);

  await setGitHubOutput("one", "first\nEOF\nother=value");
  await setGitHubOutput("two", "");

  expect(output.read()).toMatch(
    /^one<<(ghadelimiter_\S+)\nfirst\nEOF\nother=value\n\1\ntwo<<(ghadelimiter_\S+)\n\n\2\n$/,
  );
});

test.each([undefined, ""])("outside a workflow, where GITHUB_OUTPUT is %j, nothing happens", async (value) => {
  vi.stubEnv("GITHUB_OUTPUT", value);

  await expect(setGitHubOutput("name", "value")).resolves.toBeUndefined();
});
