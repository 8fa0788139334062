import { InvalidValueError } from "../queue/errors.js";

/**
 * Reads the yes and no of a workflow's input.
 * @throws InvalidValueError that names the option
 */
export function parseFlag(text: string, option: string): boolean {
  if (text !== "true" && text !== "false") {
    throw new InvalidValueError(`${option} must be true or false, not "${text}"`);
  }
  return text === "true";
}
