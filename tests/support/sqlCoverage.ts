import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type postgres from "postgres";

/** Where npm run coverage keeps what each test file has run of the functions; undefined otherwise. */
export const coverageDirectory = process.env["DEPLOY_QUEUE_SQL_COVERAGE"];

/** The first line of a statement of a function. */
interface Line {
  readonly name: string;
  readonly text: string;
}

/**
 * Puts a counter before each statement of each function. Where a statement begins is what the server says: a line before
 * which one more statement may stand. Counters are sequences, which a rollback does not turn back.
 */
export async function instrument(sql: postgres.Sql): Promise<void> {
  await sql.unsafe("create schema coverage; grant usage on schema coverage to public");
  const functions = await sql<{ name: string; definition: string }[]>`
    select proname as name, pg_get_functiondef(pg_proc.oid) as definition
    from pg_proc join pg_language on pg_language.oid = prolang
    where pronamespace = 'deploy_queue'::regnamespace and lanname = 'plpgsql'
    order by 1`;
  const lines: Line[] = [];
  for (const { name, definition } of functions) {
    const text = definition.split("\n");
    const first = text.findIndex((line) => /^begin$/.test(line)) + 1;
    const counted: string[] = text.slice(0, first);
    for (const [index, line] of text.slice(first).entries()) {
      // Unlike PERFORM, a condition leaves FOUND alone.
      const counter = `if nextval('coverage.line_${lines.length}') is null then null; end if;`;
      const rest = text.slice(first + index);
      if (!/^\s*($|--|end\b)/.test(line) && (await isValid(sql, [...counted, counter, ...rest].join("\n")))) {
        await sql.unsafe(`create sequence coverage.line_${lines.length}`);
        lines.push({ name, text: line.trim() });
        counted.push(counter);
      }
      counted.push(line);
    }
    await sql.unsafe(counted.join("\n"));
  }
  await sql.unsafe("grant usage on all sequences in schema coverage to public");
  rmSync(coverageDirectory ?? "", { recursive: true, force: true });
  mkdirSync(coverageDirectory ?? "", { recursive: true });
  writeFileSync(join(coverageDirectory ?? "", "lines.json"), JSON.stringify(lines));
}

async function isValid(sql: postgres.Sql, definition: string): Promise<boolean> {
  return sql.unsafe(definition).then(
    () => true,
    () => false,
  );
}

/** Notes what was run in a database before it goes. */
export async function collect(sql: postgres.Sql, name: string): Promise<void> {
  const run = await sql<{ index: number }[]>`
    select substr(sequencename, 6)::integer as index from pg_sequences
    where schemaname = 'coverage' and last_value is not null`;
  writeFileSync(join(coverageDirectory ?? "", `${name}.run.json`), JSON.stringify(run.map(({ index }) => index)));
}

/** Which lines were run by some test, function by function, and the text of those that were not. */
export function report(): string {
  const directory = coverageDirectory ?? "";
  const lines: Line[] = JSON.parse(readFileSync(join(directory, "lines.json"), "utf8"));
  const run = new Set<number>();
  for (const file of readdirSync(directory).filter((name) => name.endsWith(".run.json"))) {
    for (const index of JSON.parse(readFileSync(join(directory, file), "utf8"))) run.add(index);
  }
  const missed = lines.filter((_, index) => !run.has(index));
  const share = ((100 * (lines.length - missed.length)) / lines.length).toFixed(1);
  return [
    `SQL functions: ${lines.length - missed.length} of ${lines.length} statements were run (${share} %)`,
    ...missed.map(({ name, text }) => `  never run: ${name}: ${text}`),
  ].join("\n");
}
