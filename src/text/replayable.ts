/** Everything that steers a terminal but colours, tabs and the ends of lines. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const steering = /\u001b\[[\d;:]*m|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
/** By these the runner of GitHub Actions knows a command. */
const workflowCommand = /^([ \t]*)::/gm;

/**
 * What a command has printed, so that printing it again steers neither a terminal nor a workflow: characters that would are shown as such.
 * @param isInLine whether it goes on in a line
 */
export function replayable(text: string, isInLine: boolean): string {
  return text
    .replace(steering, (found) => (found.length > 1 ? found : visible(found)))
    .replace(workflowCommand, (found, blanks: string, at: number) => (at === 0 && isInLine ? found : `${blanks}: :`))
    .replaceAll("##[", "## [");
}

function visible(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? "\u2421" : "\ufffd";
}
