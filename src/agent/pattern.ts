/** What "*" does not stand for: what ends a word or a folder, and what a shell or a quote would make something else of. */
const special = /[\s/'"`\\$;&|<>(){}]/;

/**
 * Whether a pattern fits the whole text. "*" stands for any characters of one word, without "/" and without what a shell reads in another
 * way, and does not begin with "-" where a word begins, so that it is no option. "**" stands for anything. The time is at most
 * that of the two lengths multiplied, whatever the pattern.
 */
export function fits(pattern: string, text: string): boolean {
  const tokens = pattern.match(/\*\*|./gsu) ?? [];
  /** Behind these tokens the text may be. A star may stand for nothing. */
  const reach = (places: Set<number>, place: number): void => {
    places.add(place);
    if (tokens[place]?.startsWith("*")) {
      reach(places, place + 1);
    }
  };
  let places = new Set<number>();
  reach(places, 0);
  let before = " ";
  for (const character of text) {
    const next = new Set<number>();
    for (const place of places) {
      const token = tokens[place];
      if (token === "**" || (token === "*" && !special.test(character) && !isOption(before, character))) {
        reach(next, place);
      } else if (token === character && token !== "*") {
        reach(next, place + 1);
      }
    }
    places = next;
    before = character;
  }
  return places.has(tokens.length);
}

export function fitsOne(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => fits(pattern, text));
}

/** In patterns of refs, "*" stands for anything, as the queue has it for those of targets. */
export function fitsRef(patterns: readonly string[], ref: string): boolean {
  return patterns.some((pattern) => fits(pattern.replaceAll(/\*+/g, "**"), ref));
}

function isOption(before: string, character: string): boolean {
  return character === "-" && /\s/.test(before);
}
