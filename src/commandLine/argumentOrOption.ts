import { InvalidValueError } from "../database/errors.js";

/**
 * What may be given behind the command or as an option.
 * @throws InvalidValueError when it is missing, or both are given and differ
 */
export function argumentOrOption(
  argument: string | undefined,
  option: string | undefined,
  name: { readonly what: string; readonly option: string; readonly example: string },
): string {
  const given = argument ?? option;
  if (given === undefined) {
    throw new InvalidValueError(`the ${name.what} is missing`, { hint: name.example });
  }
  if (option !== undefined && option !== given) {
    throw new InvalidValueError(`the ${name.what} is given twice: ${given}, and ${name.option} ${option}`, {
      hint: name.example,
    });
  }
  return given;
}
