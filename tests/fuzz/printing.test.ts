import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { setGitHubOutput } from "../../src/commandLine/githubOutput.js";
import { InvalidValueError } from "../../src/queue/errors.js";
import { code, link, plain } from "../../src/text/mrkdwn.js";
import { parseCellIndex, parseDeploymentId } from "../../src/text/numbers.js";
import { jsonText, printable } from "../../src/text/printable.js";
import { useDirectory } from "../support/commandLine.js";
import { seed } from "../support/seed.js";
import { hostileNumber, hostileText } from "./hostile.js";

const directory = useDirectory();
const runs = { numRuns: 2_000, seed };
// biome-ignore lint/suspicious/noControlCharactersInRegex: these must not reach a terminal
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

describe(`from seed ${seed}, any text`, () => {
  test("is printed in one line that steers neither a terminal nor a workflow", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const line = printable(text);
        expect(line).not.toMatch(unprintable);
        expect(line).not.toContain("##[");
      }),
      runs,
    );
  });

  test("means the same in JSON, which steers no workflow", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const json = jsonText({ text });
        expect(JSON.parse(json)).toEqual({ text });
        expect(json).not.toContain("##[");
        expect(json).not.toMatch(/\n/);
      }),
      runs,
    );
  });

  test("is one output of a step, whatever it contains", async () => {
    const path = join(directory, "output");
    process.env["GITHUB_OUTPUT"] = path;
    onTestFinished(() => {
      delete process.env["GITHUB_OUTPUT"];
    });
    await fc.assert(
      fc.asyncProperty(hostileText, async (text) => {
        writeFileSync(path, "");
        await setGitHubOutput("name", text);
        expect(outputs(readFileSync(path, "utf8"))).toEqual([["name", Buffer.from(text).toString()]]);
      }),
      { ...runs, numRuns: 300 },
    );
  });

  test("mentions no person in Slack and cannot leave its code", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(plain(text, 300)).not.toMatch(/[<>]/);
        expect(code(text, 300)).toMatch(/^`[^`<>]+`$/);
        expect(link(text, "job") ?? "<https://x|job>").toMatch(/^<https?:[^|<>]*\|job>$/);
      }),
      runs,
    );
  });

  test("is an id, an index, or refused with a sentence", () => {
    fc.assert(
      fc.property(hostileNumber, (text) => {
        for (const [parse, largest] of [
          [parseDeploymentId, 2n ** 63n - 1n],
          [(given: string) => parseCellIndex(given, "--cell-index"), 2n ** 31n - 1n],
        ] as const) {
          try {
            const value = BigInt(parse(text));
            expect(value).toBeLessThanOrEqual(largest);
            expect(value).toBe(BigInt(text.trim()));
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidValueError);
          }
        }
      }),
      runs,
    );
  });
});

/** Reads the file as GitHub's runner does: name=value, or name<<delimiter, lines, delimiter. */
function outputs(file: string): [string, string][] {
  const found: [string, string][] = [];
  const lines = file.split("\n");
  for (let index = 0; index < lines.length; index += 1) {
    const [, name, delimiter] = /^(.*?)<<(.*)$/.exec(lines[index] ?? "") ?? [];
    if (name === undefined) {
      const [, key = "", value = ""] = /^(.*?)=(.*)$/.exec(lines[index] ?? "") ?? [];
      if (lines[index] !== "") found.push([key, value]);
      continue;
    }
    const end = lines.indexOf(delimiter ?? "", index + 1);
    found.push([name, lines.slice(index + 1, end).join("\n")]);
    index = end;
  }
  return found;
}
