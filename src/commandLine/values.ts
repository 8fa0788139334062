import { Option } from "clipanion";
import { makeValidator, type StrictValidator } from "typanion";
import { InvalidValueError } from "../database/errors.js";
import { parseDeploymentId } from "../text/numbers.js";

/** Turns the text of an option into a value; throws an InvalidValueError that names the option. */
type Parser<Value> = (text: string, option: string) => Value | undefined;

/** An option whose parser also gets the empty text. */
export function valueOption<Value extends {}>(
  name: string,
  description: string,
  parse: Parser<Value>,
): Value | undefined {
  return Option.String(name, { description, validator: parsedBy(longName(name), parse) });
}

/** The long one of "-e,--environment". */
function longName(name: string): string {
  return name.slice(name.indexOf("--"));
}

/** An option whose empty text is no value: a script passes it for a variable that is not set. */
export function optionalValue<Value extends {}>(
  name: string,
  description: string,
  parse: Parser<Value>,
): Value | undefined {
  return valueOption(name, description, (text) => (text === "" ? undefined : parse(text, name)));
}

/** An option whose empty text is an error: an unset variable in a script must not stand for everything, nor for a default. */
export function optionalName(name: string, description: string): string | undefined {
  return valueOption(name, description, notEmpty);
}

export function requiredName(name: string, description: string): string {
  return requiredValue(name, description, notEmpty);
}

function notEmpty(text: string, option: string): string {
  const trimmed = text.trim();
  if (trimmed === "") {
    throw new InvalidValueError(`${option} is empty`);
  }
  return trimmed;
}

export function optionalText(name: string, description: string): string | undefined {
  return optionalValue(name, description, (text) => text);
}

/** The same with a value where the option is not given. */
export function valueOr<Value extends {}>(
  name: string,
  unset: string,
  description: string,
  parse: Parser<Value>,
): Value {
  return Option.String(name, unset, { description, validator: parsedBy(name, parse) });
}

/** An option that has to be given; help and docs/cli.md say so. */
export function requiredValue<Value extends {}>(name: string, description: string, parse: Parser<Value>): Value {
  return Option.String(name, {
    required: true,
    description: `${description} (required)`,
    validator: parsedBy(longName(name), parse),
  });
}

export function requiredText(name: string, description: string): string {
  return Option.String(name, { required: true, description: `${description} (required)` });
}

/** A word behind the command. */
export function argument<Value extends {}>(name: string, parse: Parser<Value>): Value {
  return Option.String({ name, required: true, validator: parsedBy(name, parse) });
}

/** The same where an option may say it instead. */
export function optionalArgument<Value extends {}>(name: string, parse: Parser<Value>): Value | undefined {
  const validator = parsedBy<Value>(name, (text) => (text === "" ? undefined : parse(text, name)));
  return Option.String({ name, required: false, validator });
}

export function deploymentIdArgument(): string {
  return argument("deployment-id", parseDeploymentId);
}

/** A validator of clipanion. It lets the parser's error through, which names the option and has an exit code. */
export function parsedBy<Value>(name: string, parse: Parser<Value>): StrictValidator<unknown, Value> {
  return makeValidator<unknown, Value>({
    test: (text, state): text is Value => {
      if (state?.coercion !== undefined) {
        state.coercions?.push(["", state.coercion.bind(null, parse(String(text), name))]);
      }
      return true;
    },
  });
}

/** How many rows a list shows at most. */
export function parseLimit(text: string, option: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new InvalidValueError(`${option} must be a number from 1 to 999999, not "${text}"`);
  }
  return Number(text);
}
