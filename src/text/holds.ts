import type { Hold } from "../queue/deployment.js";
import { InvalidValueError } from "../queue/errors.js";

/**
 * Reads "outside", "in-line", and the yes and no of a workflow's input.
 * @returns undefined for no hold
 * @throws InvalidValueError that names the option
 */
export function parseHold(text: string, option: string): Hold | undefined {
  switch (text) {
    case "":
    case "false":
      return undefined;
    case "true":
    case "outside":
      return "outside";
    case "in-line":
      return "in-line";
    default:
      throw new InvalidValueError(`${option} must be outside or in-line, not "${text}"`);
  }
}
