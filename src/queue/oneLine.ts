/** The longest note that the database takes, in characters. */
const longest = 2_000;

/** A note as the database takes it: in one line, without characters that steer a terminal or the direction of text. */
export function oneLine(note: string): string {
  const line = note.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ");
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
