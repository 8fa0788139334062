import { InvalidValueError } from "../queue/errors.js";

/**
 * Reads "stop" or "continue".
 * @returns whether the work goes on without contact to the database
 * @throws InvalidValueError that names the option
 */
export function parseLostContact(text: string, option: string): boolean {
  if (text !== "stop" && text !== "continue") {
    throw new InvalidValueError(`${option} must be stop or continue, not "${text}"`);
  }
  return text === "continue";
}
