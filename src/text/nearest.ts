/** The known names that are most like a name, the nearest first. */
export function nearestNames(name: string, known: Iterable<string>, most = 3): string[] {
  const difference = (other: string): number => distance(name.toLowerCase(), other.toLowerCase());
  return [...new Set(known)]
    .map((other) => ({ other, by: difference(other) }))
    .toSorted((a, b) => a.by - b.by)
    .slice(0, most)
    .map(({ other }) => other);
}

/** The known name of which a name is most likely a slip: two characters or a third of it may differ. */
export function likelyMeant(name: string, known: Iterable<string>): string | undefined {
  const [nearest] = nearestNames(name, known, 1);
  const most = Math.max(2, Math.floor(name.length / 3));
  return nearest !== undefined && distance(name.toLowerCase(), nearest.toLowerCase()) <= most ? nearest : undefined;
}

/**
 * How many characters to insert, to delete, to replace, or to swap with their neighbour, until one text is the other: the optimal string
 * alignment distance.
 */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const [a, b] = [one[row - 1], other[column - 1]];
      const isSwapped = row > 1 && column > 1 && a === other[column - 2] && b === one[row - 2];
      next.push(
        Math.min(
          (last[column] ?? 0) + 1,
          (next[column - 1] ?? 0) + 1,
          (last[column - 1] ?? 0) + (a === b ? 0 : 1),
          isSwapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [before, last] = [last, next];
  }
  return last[other.length] ?? 0;
}
