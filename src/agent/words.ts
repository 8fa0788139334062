import { InvalidValueError } from "../queue/errors.js";

/** A part of a word: plain characters, 'as it is', "with \" in it", or one character behind a backslash. */
const part = /([^\s'"\\$`;&|<>()*?[\]#~]|(?<=\S)[#~])+|'([^']*)'|"((?:[^"\\$`]|\\[^\n])*)"|\\([^\n])/y;

/**
 * The words of a command, as a shell reads them. What only a shell can do is refused: several commands in one, redirections, variables,
 * names of files by patterns.
 * @throws InvalidValueError
 */
export function wordsOf(command: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < command.length; ) {
    if (command[at] === " " || command[at] === "\t") {
      words.push(...(word === undefined ? [] : [word]));
      word = undefined;
      at += 1;
      continue;
    }
    part.lastIndex = at;
    const [found, , single, double, escaped] = part.exec(command) ?? [];
    if (found === undefined) {
      throw new InvalidValueError(whyNot(command.slice(at)));
    }
    word = `${word ?? ""}${single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? escaped ?? found}`;
    at += found.length;
  }
  words.push(...(word === undefined ? [] : [word]));
  if (words.length === 0) {
    throw new InvalidValueError("it is empty");
  }
  if (/^\w+=/.test(command.trimStart())) {
    throw new InvalidValueError("it sets a variable, which needs a shell");
  }
  return words;
}

function whyNot(rest: string): string {
  const [first = ""] = rest;
  if (first === "\n" || first === "\r") {
    return "it has more than one line, which needs a shell";
  }
  if (first === "'" || (first === '"' && !/[$`]/.test(rest))) {
    return `a quote ${first} is not closed`;
  }
  const [operator = first] =
    /^(?:&&|\|\||>>|<<|\$\(|\$\{?\w+\}?|[$`].)/.exec(first === '"' ? rest.replace(/^[^$`]*/, "") : rest) ?? [];
  return `"${operator}" needs a shell`;
}
