import { readFile } from "node:fs/promises";
import { InvalidValueError, reasonOf } from "../queue/errors.js";

/** @throws InvalidValueError that names the option */
export async function readJsonFile(path: string, option: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const why = reasonOf(error);
    throw new InvalidValueError(`${option} must be a file with JSON: ${path}: ${why}`, { cause: error });
  }
}
