import { getInput } from "@actions/core";
import { InvalidValueError } from "../queue/errors.js";
import { parseDuration } from "../text/durations.js";

/** Reads inputs and collects what is wrong with them, so that one error names all problems. */
export class InputReader {
  readonly #problems: string[] = [];
  readonly #missing: string[] = [];
  readonly #read: (name: string) => string;

  /** @param read where inputs come from */
  constructor(read: (name: string) => string = getInput) {
    this.#read = read;
  }

  /** Undefined when it is empty: a workflow passes an empty text for a value that it does not have. */
  optional(name: string): string | undefined {
    return this.#read(name) || undefined;
  }

  /** The empty string when it is missing; then checked throws. */
  required(name: string): string {
    const text = this.#read(name);
    if (text === "") {
      this.#missing.push(name);
    }
    return text;
  }

  /** In milliseconds. */
  duration(name: string): number | undefined {
    return this.parsed(name, (text) => parseDuration(text, name));
  }

  parsed<Value>(name: string, parse: (text: string) => Value): Value | undefined {
    const text = this.optional(name);
    if (text === undefined) {
      return undefined;
    }
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof InvalidValueError)) {
        throw error;
      }
      this.problem(error.message);
      return undefined;
    }
  }

  requiredParsed<Value>(name: string, parse: (text: string) => Value): Value | undefined {
    this.required(name);
    return this.parsed(name, parse);
  }

  problem(text: string): void {
    this.#problems.push(text);
  }

  /**
   * Returns what was read, undefined being a problem too.
   * @throws InvalidValueError that names everything that is wrong
   */
  checked<Value>(value: Value | undefined): Value {
    const missing = this.#missing.length === 0 ? [] : [`${this.#missing.join(", ")} ${are(this.#missing)} missing`];
    const problems = [...missing, ...this.#problems];
    if (problems.length > 0 || value === undefined) {
      throw new InvalidValueError(problems.join("; "));
    }
    return value;
  }
}

function are(names: readonly string[]): string {
  return names.length > 1 ? "are" : "is";
}
