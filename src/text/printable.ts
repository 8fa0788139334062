import { stripVTControlCharacters } from "node:util";
import { published } from "./published.js";

const unprintable = "[\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]";
const stretches = new RegExp(`${unprintable}+`, "g");
const one = new RegExp(unprintable);

/** By these GitHub's runner knows a command, wherever in a line of the log they stand. */
const commandMark = "##[";

/** Whether a text has characters that break a line, steer a terminal or turn the direction of what follows. */
export function hasUnprintable(text: string): boolean {
  return one.test(text);
}

/** Text from the database or a server as one line that cannot steer a terminal, or a workflow that logs it. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(stretches, " ").replaceAll(commandMark, "## [");
}

/** A JSON document that means the same to a parser, and nothing to a workflow that logs it. */
export function jsonText(value: unknown, indentation?: number): string {
  return JSON.stringify(value, published, indentation).replaceAll(commandMark, "#\\u0023[");
}
