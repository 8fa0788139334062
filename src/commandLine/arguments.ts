/**
 * Users of the predecessor write options before the command or its target. This moves such options behind it, where the parser
 * expects them: "--skip-migrations finish 42", "cancel --cancellation-note why deployment 42".
 */
export function reorderArguments(given: readonly string[]): string[] {
  const end = given.indexOf("--");
  const words = end === -1 ? [...given] : given.slice(0, end);
  const rest = end === -1 ? [] : given.slice(end);
  const late: string[] = [];

  while (words[0] === "--skip-migrations") {
    late.push(...words.splice(0, 1));
  }
  if (words[0] === "cancel") {
    while (words[1] === "--skip-migrations" || words[1]?.startsWith("--cancellation-note")) {
      late.push(...words.splice(1, words[1] === "--cancellation-note" ? 2 : 1));
    }
  }
  return [...words, ...late, ...rest];
}
