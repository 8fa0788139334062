/** A note as the database takes it: in one line, without characters that steer a terminal or the direction of text. */
export function oneLine(note: string): string {
  return note.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ");
}
