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
  const functions = await sql<{ name: string; language: "plpgsql" | "sql"; definition: string }[]>`
    select proname as name, lanname as language, pg_get_functiondef(pg_proc.oid) as definition
    from pg_proc join pg_language on pg_language.oid = prolang
    where pronamespace = 'deploy_queue'::regnamespace and lanname in ('plpgsql', 'sql')
    order by 1`;
  const lines: Line[] = [];
  for (const { name, language, definition } of functions) {
    const { begins, counterOf } = languages[language];
    const text = definition.split("\n");
    const first = text.findIndex((line) => begins.test(line)) + 1;
    const counted: string[] = text.slice(0, first);
    for (const [index, line] of text.slice(first).entries()) {
      const counter = counterOf(`nextval('coverage.line_${lines.length}')`);
      const rest = text.slice(first + index);
      await sql.unsafe(`create sequence if not exists coverage.line_${lines.length}`);
      if (
        !/^\s*($|--|end\b|\$function\$)/.test(line) &&
        (await isValid(sql, [...counted, counter, ...rest].join("\n")))
      ) {
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

/** After which line the statements of a function begin, and a statement that changes nothing for those that follow. */
const languages = {
  // Unlike PERFORM, a condition leaves FOUND alone.
  plpgsql: { begins: /^begin$/, counterOf: (count: string) => `if ${count} is null then null; end if;` },
  sql: { begins: /^AS /, counterOf: (count: string) => `select ${count};` },
};

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
