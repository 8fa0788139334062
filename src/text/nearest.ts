import { distance } from "fastest-levenshtein";

/** The known names that are most like a name, the nearest first. */
export function nearestNames(name: string, known: Iterable<string>, most = 3): string[] {
  const difference = (other: string): number => distance(name.toLowerCase(), other.toLowerCase());
  return [...new Set(known)]
    .map((other) => ({ other, by: difference(other) }))
    .toSorted((a, b) => a.by - b.by)
    .slice(0, most)
    .map(({ other }) => other);
}
