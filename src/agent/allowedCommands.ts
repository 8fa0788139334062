import { InvalidValueError, reasonOf } from "../queue/errors.js";
import { fitsOne } from "./pattern.js";
import type { Target } from "./target.js";
import { wordsOf } from "./words.js";

/** A command of a deployment, as its words and as it was written. */
export interface Command {
  readonly text: string;
  readonly words: readonly string[];
}

/**
 * The commands of a deployment, when the target allows each of them.
 * @throws InvalidValueError that names the command
 */
export function allowedCommands(target: Target, texts: readonly string[]): Command[] {
  if (texts.length === 0) {
    throw new InvalidValueError("there is no command");
  }
  return texts.map((text, index) => {
    const refuse = (why: string): never => {
      throw new InvalidValueError(`command ${index + 1} of ${texts.length} (${text}) is refused: ${why}`);
    };
    // First: "&&" fits few patterns, and that it needs a shell says more.
    const words = target.shell ? ["sh", "-c", text] : readWords(text, refuse);
    if (!fitsOne(target.commands, text)) {
      refuse(`it fits no pattern in commands of the target ${target.name}`);
    }
    if (index === texts.length - 1 && target.lastCommand !== undefined && !fitsOne(target.lastCommand, text)) {
      refuse(`the last one must be ${target.lastCommand.join(" or ")}`);
    }
    return { text, words };
  });
}

function readWords(text: string, refuse: (why: string) => never): string[] {
  try {
    return wordsOf(text);
  } catch (error) {
    return refuse(reasonOf(error));
  }
}
