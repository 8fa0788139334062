/** Masking shorter values would make a log unreadable, and hide little. */
const shortestSecret = 4;
const replacement = "***";
/** By which a step in GitHub Actions makes a value a secret, to the end of the line. */
export const maskCommand = "::add-mask::";

/** The secrets of a log. More of them become known while the command runs. */
export class Masks {
  readonly #secrets = new Set<string>();
  readonly #firstCharacters = new Set([maskCommand.charAt(0)]);
  #longest = maskCommand.length;

  constructor(secrets: Iterable<string>) {
    for (const secret of secrets) {
      this.add(secret);
    }
  }

  /** The length of the longest secret. */
  get longest(): number {
    return this.#longest;
  }

  /** Of a value of several lines, each line is a secret by itself: a command may print them apart. */
  add(secret: string): void {
    for (const value of [secret, ...secret.split(/\r?\n/)]) {
      const trimmed = value.trim();
      if (trimmed.length >= shortestSecret) {
        this.#secrets.add(trimmed);
        this.#firstCharacters.add(trimmed.charAt(0));
        this.#longest = Math.max(this.#longest, trimmed.length);
      }
    }
  }

  /** As "::add-mask::" brings it, where "%" encodes "%" and the ends of lines. */
  addEncoded(secret: string): void {
    this.add(secret);
    this.add(secret.replace(/%(25|0D|0A)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))));
  }

  /** Where secrets are, from left to right; those that overlap are one. */
  find(text: string): Interval[] {
    const found: Interval[] = [];
    for (const secret of this.#secrets) {
      for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
        found.push({ from: at, to: at + secret.length });
      }
    }
    const merged: Interval[] = [];
    for (const { from, to } of found.sort((one, other) => one.from - other.from)) {
      const last = merged.at(-1);
      if (last !== undefined && from < last.to) {
        last.to = Math.max(last.to, to);
      } else {
        merged.push({ from, to });
      }
    }
    return merged;
  }

  /** Where the end of a text begins that what follows may make a secret; the length of the text when there is none. */
  unfinished(text: string): number {
    const line = text.lastIndexOf("\n") + 1;
    const command = text.indexOf(maskCommand, line);
    const last = command < 0 ? text.length : command;
    for (let at = Math.max(0, text.length - this.#longest + 1); at < last; at += 1) {
      if (!this.#firstCharacters.has(text.charAt(at))) {
        continue;
      }
      const end = text.slice(at);
      if (maskCommand.startsWith(end)) {
        return at;
      }
      for (const secret of this.#secrets) {
        if (secret.length > end.length && secret.startsWith(end)) {
          return at;
        }
      }
    }
    return last;
  }
}

interface Interval {
  readonly from: number;
  to: number;
}

/** Masks a stream of text whose pieces end anywhere. */
export class MaskedText {
  readonly #masks: Masks;
  #held = "";

  constructor(masks: Masks) {
    this.#masks = masks;
  }

  /** Returns what may be shown of all that has come; the rest may be the beginning of a secret. */
  push(text: string): string {
    const all = `${this.#held}${text}`;
    const secrets = this.#masks.find(all);
    const unfinished = this.#masks.unfinished(all);
    const cut = secrets.find(({ from, to }) => from < unfinished && unfinished < to)?.from ?? unfinished;
    this.#held = all.slice(cut);
    return masked(
      all.slice(0, cut),
      secrets.filter(({ from }) => from < cut),
    );
  }

  /** Returns what was held back. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return masked(rest, this.#masks.find(rest));
  }
}

function masked(text: string, secrets: readonly Interval[]): string {
  let shown = "";
  let from = 0;
  for (const secret of secrets) {
    shown += `${text.slice(from, secret.from)}${replacement}`;
    from = secret.to;
  }
  return `${shown}${text.slice(from)}`;
}

/** How far to look for the end of a line, in characters. */
const longestLine = 8_192;

/** A text whose beginning was cut off, without what may be the end of a secret there. */
export function withoutCutSecret(text: string, masks: Masks): string {
  const newline = text.slice(0, longestLine + masks.longest).indexOf("\n");
  if (newline >= 0) {
    // Each line of a secret is a secret by itself.
    return text.slice(newline + 1);
  }
  const beginning = text.slice(0, 3 * masks.longest);
  const across = masks.find(beginning).find(({ from, to }) => from < masks.longest && masks.longest < to);
  return text.slice(across?.to ?? masks.longest);
}
