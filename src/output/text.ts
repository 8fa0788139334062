import { stripVTControlCharacters } from "node:util";

// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;

/** Text from the database or a server as one line that cannot steer a terminal. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(unprintable, " ");
}
