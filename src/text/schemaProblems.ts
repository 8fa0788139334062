import type { TSchema } from "typebox";
import type { TLocalizedValidationError } from "typebox/error";
import { likelyMeant } from "../text/nearest.js";
import type { Path } from "./yamlSource.js";

/** What a value has that its schema does not allow, in words for people: the first problem of each part. */
export function schemaProblems(
  schema: TSchema,
  errors: readonly TLocalizedValidationError[],
  problem: (path: Path, what: string) => string,
): string[] {
  const told = new Map<string, string>();
  const tell = (path: Path, what: string): void => {
    const name = JSON.stringify(path);
    told.set(name, told.get(name) ?? problem(path, what));
  };
  for (const error of errors) {
    const { path, schema: part, known } = follow(schema, error.instancePath);
    const description = textOf(part, "description");
    if (error.keyword === "boolean") {
      const meant = likelyMeant(String(path.at(-1)), known);
      tell(
        path,
        `there is no such key${meant === undefined ? `; there are ${known.join(", ")}` : `; did you mean ${meant}?`}`,
      );
    } else if (error.keyword === "required" && Reflect.get(part, "anyOf") === undefined) {
      for (const key of error.params.requiredProperties) {
        tell([...path, key], "it is missing");
      }
    } else if (error.keyword !== "additionalProperties") {
      tell(path, description === undefined ? requirement(error) : `it must be ${description}`);
    }
  }
  return [...told.values()];
}

/** Goes into the schema as far as a JSON pointer leads, but not into one of several that a part may fit. */
function follow(schema: TSchema, pointer: string): { path: Path; schema: object; known: string[] } {
  const path: (string | number)[] = [];
  let part: object = schema;
  let known: string[] = [];
  for (const escaped of pointer.split("/").slice(1)) {
    if (Reflect.get(part, "anyOf") !== undefined) {
      break;
    }
    const key = escaped.replaceAll("~1", "/").replaceAll("~0", "~");
    const { properties = {}, patternProperties = {}, items }: Children = part;
    known = Object.keys(properties);
    path.push(items === undefined ? key : Number(key));
    part = items ?? properties[key] ?? Object.values(patternProperties)[0] ?? {};
  }
  return { path, schema: part, known };
}

interface Children {
  readonly properties?: Readonly<Record<string, object>>;
  readonly patternProperties?: Readonly<Record<string, object>>;
  readonly items?: object;
}

function textOf(schema: object, name: string): string | undefined {
  const value: unknown = Reflect.get(schema, name);
  return typeof value === "string" ? value : undefined;
}

const nouns: Readonly<Record<string, string>> = {
  string: "a text; a number needs quotes",
  object: "a mapping, key: value",
  array: "a list",
  integer: "a whole number",
  boolean: "true or false",
};

function requirement(error: TLocalizedValidationError): string {
  switch (error.keyword) {
    case "type":
      return `it must be ${[error.params.type]
        .flat()
        .map((type) => nouns[type] ?? type)
        .join(" or ")}`;
    case "minLength":
    case "minItems":
    case "minProperties":
      return "it is empty";
    case "minimum":
      return `it must be ${error.params.limit} or more`;
    case "maximum":
      return `it must be ${error.params.limit} or less`;
    default:
      return error.message;
  }
}
