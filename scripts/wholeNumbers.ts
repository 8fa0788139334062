import { parseArgs } from "node:util";

/**
 * The options of a script, each a whole number and at least the one given here. Anything else ends it with one line and 2.
 */
export function wholeNumbers<Name extends string>(
  least: Readonly<Record<Name, number>>,
): Partial<Record<Name, string>> {
  const names = Object.keys(least) as Name[];
  try {
    const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: "string" }])) });
    const given = values as Partial<Record<Name, string>>;
    const wrong = names.find((name) => given[name] !== undefined && !isWholeNumber(given[name], least[name]));
    if (wrong === undefined) return given;
    refuse(`--${wrong} must be a whole number, ${least[wrong]} or more, not "${given[wrong]}"`);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
  }
}

function isWholeNumber(text: string, least: number): boolean {
  return /^\d+$/.test(text) && Number(text) >= least;
}

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
