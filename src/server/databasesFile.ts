import { readFileSync } from "node:fs";
import { type Static, Type } from "typebox";
import { checkConnectionUrl } from "../database/connectionUrl.js";
import { InvalidValueError, reasonOf } from "../queue/errors.js";
import { readYaml } from "../text/readYaml.js";
import type { Path } from "../text/yamlSource.js";

/** A database behind a server, and whose environments it holds. */
export interface ServedDatabase {
  readonly name: string;
  readonly environments: readonly string[];
  /** It holds the password. */
  readonly url: string;
}

const text = { minLength: 1 } as const;

const WrittenDatabase = Type.Object(
  {
    environments: Type.Array(Type.String(text), { minItems: 1 }),
    url_from_env: Type.Optional(Type.String(text)),
    url_file: Type.Optional(Type.String(text)),
  },
  { additionalProperties: false },
);

const DatabasesFile = Type.Object(
  { databases: Type.Record(Type.String(), WrittenDatabase, { minProperties: 1 }) },
  { additionalProperties: false },
);

/** What a path of the server begins with, so that no environment can be named so. */
const reserved = new Set([
  "v1",
  "docs",
  "openapi.json",
  "livez",
  "readyz",
  "health",
  "metrics",
  "deploy",
  "status",
  "sign-in",
  "sign-out",
]);

/** The databases that a YAML file names; JSON is YAML, too. It holds no URL, only where each is to be found, so that it is no secret. */
export function readDatabasesFile(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly databases: readonly ServedDatabase[]; readonly problems: readonly string[] } {
  const { value, problems, problemAt } = readYaml(file, DatabasesFile);
  const found = [...problems];
  const report = (path: Path, what: string): void => void found.push(problemAt(path, what));
  const known = new Map<string, string>();
  const databases = Object.entries(value?.databases ?? {}).map(([name, written]) => {
    const path = ["databases", name];
    if (!/^[\w.-]{1,100}$/.test(name)) {
      report(path, "the name of a database has letters, digits, _, . and - only");
    }
    for (const [index, one] of written.environments.entries()) {
      const why = refusal(one, known.get(one));
      if (why !== undefined) {
        report([...path, "environments", index], why);
      }
      known.set(one, name);
    }
    try {
      return { name, environments: written.environments, url: urlOf(written, environment) };
    } catch (error) {
      report(path, reasonOf(error));
      return { name, environments: [], url: "" };
    }
  });
  return { databases, problems: found };
}

function refusal(environment: string, other: string | undefined): string | undefined {
  if (other !== undefined) {
    return `environment ${environment} is in the database ${other} already`;
  }
  if (reserved.has(environment)) {
    return `the path /${environment} has a meaning of its own; give this environment a server with --base-path`;
  }
  if (!/^[\w-][\w.-]*$/.test(environment)) {
    return "an environment is a path here, which has letters, digits, _, . and - only; give this one a server with --base-path";
  }
  return undefined;
}

function urlOf(
  { url_from_env: variable, url_file: file }: Static<typeof WrittenDatabase>,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if ((variable === undefined) === (file === undefined)) {
    throw new InvalidValueError("it needs url_from_env or url_file, one of them");
  }
  const url = (variable === undefined ? readFileSync(file ?? "", "utf8") : environment[variable])?.trim();
  if (!url) {
    throw new InvalidValueError(variable === undefined ? "the file of its URL is empty" : `${variable} is not set`);
  }
  return checkConnectionUrl(url, variable ?? file);
}
