import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const sources = join(import.meta.dirname, "../../src");
const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

/** The statements in a file, or parts of them, without what they interpolate. */
function statementsOf(file: string): string[] {
  const text = readFileSync(join(sources, file), "utf8");
  return [...text.matchAll(/\bsql`([^`]*)`/g)].map(([, statement = ""]) => statement.replaceAll(/\$\{[^}]*\}/g, "?"));
}

test("only the queue and the database have SQL", () => {
  const others = files.filter((file) => !/^(?:queue|database)\//.test(file));
  expect(others.filter((file) => statementsOf(file).length > 0)).toEqual([]);
});

test("the queue only calls functions and reads tables and views of the schema", () => {
  const statements = files.filter((file) => file.startsWith("queue/")).flatMap(statementsOf);
  expect(statements.length).toBeGreaterThan(30);
  expect(statements.filter((text) => /\b(?:insert|update|delete|begin|set|lock|notify|listen)\b/i.test(text))).toEqual(
    [],
  );
  const read = statements
    .map((text) => text.replaceAll("extract(epoch from ", ""))
    .flatMap((text) => [...text.matchAll(/\b(?:from|join) ([\w.]+)/g)].map(([, name]) => name));
  expect(read.filter((name) => name?.startsWith("deploy_queue.") !== true)).toEqual([]);
});
