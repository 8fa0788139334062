import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { InvalidValueError, reasonOf } from "../queue/errors.js";
import { fitsRef } from "./pattern.js";
import type { Stage, Target, Variable } from "./target.js";

export interface Variables {
  readonly values: Readonly<Record<string, string>>;
  /** Those of the values that nobody may read in a log. */
  readonly secrets: readonly string[];
}

/** How long a command may take that prints a secret, in milliseconds. */
const patience = 30_000;
const run = promisify(execFile);

/**
 * The stage of a ref: the first one that has its name, or a pattern that it fits.
 * @returns undefined when the target has no stages
 * @throws InvalidValueError when none is for the ref
 */
export function stageOf({ name, stages }: Target, ref: string | null): Stage | undefined {
  const found = stages.find((stage) => ref !== null && (stage.name === ref || fitsRef(stage.refs, ref)));
  if (found === undefined && stages.length > 0) {
    throw new InvalidValueError(
      `no stage of the target ${name} is for ${ref === null ? "a deployment without a ref" : `the ref ${ref}`}`,
    );
  }
  return found;
}

/** @throws InvalidValueError that names the variable, and never tells a value */
export async function readVariables(stage: Stage | undefined): Promise<Variables> {
  const secrets: string[] = [];
  const read = async ([name, variable]: [string, Variable]): Promise<[string, string]> => {
    if (typeof variable === "string") {
      return [name, variable];
    }
    const value = await secretOf(variable).catch((error: unknown) => {
      throw new InvalidValueError(`the value of ${name} cannot be read: ${reasonOf(error)}`);
    });
    secrets.push(value);
    return [name, value];
  };
  return { values: Object.fromEntries(await Promise.all(Object.entries(stage?.variables ?? {}).map(read))), secrets };
}

async function secretOf(variable: Exclude<Variable, string>): Promise<string> {
  if ("file" in variable) {
    return withoutEnd(await readFile(variable.file, "utf8"));
  }
  if ("environment" in variable) {
    const value = process.env[variable.environment];
    if (value === undefined) {
      throw new InvalidValueError(`the environment of the agent has no ${variable.environment}`);
    }
    return value;
  }
  const [program = "", ...args] = variable.command;
  try {
    return withoutEnd((await run(program, args, { timeout: patience })).stdout);
  } catch {
    // The error of a command holds what it has printed.
    throw new InvalidValueError(`${program} has failed or has taken longer than 30s`);
  }
}

function withoutEnd(text: string): string {
  return text.replace(/\r?\n$/, "");
}
