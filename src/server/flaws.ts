import type { TSchema } from "typebox";
import type { TLocalizedValidationError } from "typebox/error";
import { likelyMeant } from "../text/nearest.js";

/** What is wrong with a part of a request, one plain sentence for each field. */
export function flawsOf(schema: TSchema, errors: readonly TLocalizedValidationError[]): string {
  const told = new Map<string, string>();
  const tell = (path: readonly string[], what: string): void => {
    const name = path.join(".") || "the body";
    told.set(name, told.get(name) ?? `${name} ${what}`);
  };
  for (const error of errors) {
    const { path, part, known } = follow(schema, error.instancePath);
    if (error.keyword === "boolean") {
      const meant = likelyMeant(path.at(-1) ?? "", known);
      tell(path, `is not known here${meant === undefined ? "" : `; did you mean ${meant}?`}`);
    } else if (error.keyword === "required" && part.anyOf === undefined) {
      for (const name of error.params.requiredProperties) {
        tell([...path, name], "is missing");
      }
    } else if (error.keyword !== "additionalProperties") {
      tell(path, requirement(part) ?? error.message);
    }
  }
  return [...told.values()].join("; ");
}

interface Part {
  readonly type?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly Part[];
  readonly properties?: Readonly<Record<string, Part>>;
  readonly patternProperties?: Readonly<Record<string, Part>>;
  readonly items?: Part;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Goes into the schema as far as a JSON pointer leads, but not into one of several that a part may fit. */
function follow(schema: TSchema, pointer: string): { path: string[]; part: Part; known: string[] } {
  const path: string[] = [];
  let part: Part = schema;
  let known: string[] = [];
  for (const escaped of pointer.split("/").slice(1)) {
    if (part.anyOf !== undefined) {
      break;
    }
    const key = escaped.replaceAll("~1", "/").replaceAll("~0", "~");
    known = Object.keys(part.properties ?? {});
    path.push(key);
    part = part.items ?? part.properties?.[key] ?? Object.values(part.patternProperties ?? {})[0] ?? {};
  }
  return { path, part, known };
}

/** "must be a whole number from 1 to 1000"; undefined where the schema says nothing that a person would. */
function requirement(part: Part): string | undefined {
  const what = nounOf(part);
  return what === undefined ? undefined : `must be ${what}`;
}

function nounOf(part: Part): string | undefined {
  const { type, minimum, maximum, minLength = 0, maxLength, minItems = 0, maxItems } = part;
  if (part.anyOf !== undefined) {
    const nouns = part.anyOf.map(nounOf);
    return nouns.includes(undefined) ? undefined : [...new Set(nouns)].join(", ").replace(/, ([^,]*)$/, " or $1");
  }
  if (part.const !== undefined) {
    return String(part.const);
  }
  switch (type) {
    case "integer":
    case "number": {
      const noun = type === "integer" ? "a whole number" : "a number";
      if (minimum === undefined) {
        return noun;
      }
      const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
      return isBounded ? `${noun} from ${minimum} to ${maximum}` : `${noun}, ${minimum} or more`;
    }
    case "string": {
      const form = part.format === "date-time" ? "a time such as 2026-11-01T02:00:00Z" : "a text";
      if (maxLength === undefined) {
        return form;
      }
      return `${form} of ${minLength > 0 ? `${minLength} to` : "at most"} ${maxLength} characters`;
    }
    case "array":
      return maxItems === undefined ? "a list" : `a list of ${minItems} to ${maxItems}`;
    case "boolean":
      return "true or false";
    case "null":
      return "null";
    case "object":
      return "an object";
    default:
      return undefined;
  }
}
