import { hasUnprintable } from "./printable.js";

/** A command as a shell takes it: each word is quoted where a shell would read it in another way. */
export function shellWords(command: readonly string[]): string {
  return command.map((word, index) => (isPlain(word, index === 0) ? word : quoted(word))).join(" ");
}

/** In the place of the program, a shell would take A=b for a variable, %1 for a job, and a few words for its own. */
function isPlain(word: string, isProgram: boolean): boolean {
  return isProgram
    ? /^[\w@+:,./-]+$/.test(word) &&
        !/^(?:if|then|else|elif|fi|do|done|case|esac|while|until|for|in|select|function|time|coproc)$/.test(word)
    : /^[\w@%+=:,./-]+$/.test(word);
}

function quoted(word: string): string {
  if (hasUnprintable(word)) {
    return `$'${[...word].map(escaped).join("")}'`;
  }
  // GitHub's runner takes ##[ for a command: here the shell reads the same from two words side by side.
  return `'${word.replaceAll("'", "'\\''").replaceAll("##[", "##''[")}'`;
}

/** As in $'…', which POSIX has since 2024 and bash, zsh and ksh have had for long. */
function escaped(character: string): string {
  if (character === "'" || character === "\\") {
    return `\\${character}`;
  }
  return hasUnprintable(character) || character === "#"
    ? [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")
    : character;
}
