import { InvalidValueError } from "../queue/errors.js";

/**
 * The text of a .env file. A value is quoted so that shells and the readers of .env in Node.js, Python, Ruby and Docker Compose read the same.
 * @throws InvalidValueError for a value that no quotes make the same for all of them
 */
export function dotenvText(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quoted(name, value)}\n`)
    .join("");
}

function quoted(name: string, value: string): string {
  if (/^[\w@%+:,./-]*$/.test(value)) {
    return value;
  }
  // Python reads \\ and \' in single quotes as escapes, and ${…} in any.
  if (!/['\r\0]|\\\\|\\$|\$\{/.test(value)) {
    return `'${value}'`;
  }
  if (!/["\\$`\r\0]/.test(value)) {
    return `"${value}"`;
  }
  throw new InvalidValueError(`the value of ${name} cannot be written to .env so that all programs read the same`, {
    hint: "Say env_file: false for the stage: the commands have the variables in their environment as well.",
  });
}
