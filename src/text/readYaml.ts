import { readFileSync } from "node:fs";
import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { reasonOf } from "../queue/errors.js";
import { schemaProblems } from "./schemaProblems.js";
import { type Path, YamlSource } from "./yamlSource.js";

/** What a YAML file says, or what is wrong with it, each problem as one line that begins with the place. */
export interface YamlReading<Value> {
  /** undefined when there are problems. */
  readonly value: Value | undefined;
  /** As it is written, also where the schema does not allow it; undefined where it is no YAML. */
  readonly written: unknown;
  readonly problems: readonly string[];
  /** A problem that the schema does not know. */
  readonly problemAt: (path: Path, what: string) => string;
}

export function readYaml<Schema extends TSchema>(file: string, schema: Schema): YamlReading<Static<Schema>> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return {
      value: undefined,
      written: undefined,
      problems: [`${file}: it cannot be read: ${reasonOf(error)}`],
      problemAt: (_, what) => `${file}: ${what}`,
    };
  }
  const source = new YamlSource(file, text);
  const problemAt = (path: Path, what: string): string => source.problem(path, what);
  if (source.problems.length > 0) {
    return { value: undefined, written: undefined, problems: source.problems, problemAt };
  }
  const { value: written } = source;
  const check = Compile(schema);
  return check.Check(written)
    ? { value: written, written, problems: [], problemAt }
    : { value: undefined, written, problems: schemaProblems(schema, check.Errors(written), problemAt), problemAt };
}
