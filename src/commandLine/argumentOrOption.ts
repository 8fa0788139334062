import { InvalidValueError } from "../database/errors.js";
import { emptyIsAbsent } from "../queue/values.js";

/**
 * What may be given behind the command or as an option.
 * @throws InvalidValueError when it is missing, or both are given and differ
 */
export function argumentOrOption(
  argument: string | undefined,
  option: string | undefined,
  name: { readonly what: string; readonly option: string; readonly example: string },
): string {
  const [first, second] = [emptyIsAbsent(argument), emptyIsAbsent(option)];
  const given = first ?? second;
  if (given === undefined) {
    throw new InvalidValueError(`the ${name.what} is missing`, { hint: name.example });
  }
  if (second !== undefined && second !== given) {
    throw new InvalidValueError(`the ${name.what} is given twice: ${given}, and ${name.option} ${second}`, {
      hint: name.example,
    });
  }
  return given;
}
