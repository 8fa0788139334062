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

/** The known name of which a name is most likely a slip: two characters or a third of it may differ. */
export function likelyMeant(name: string, known: Iterable<string>): string | undefined {
  const [nearest] = nearestNames(name, known, 1);
  const most = Math.max(2, Math.floor(name.length / 3));
  return nearest !== undefined && distance(name.toLowerCase(), nearest.toLowerCase()) <= most ? nearest : undefined;
}
