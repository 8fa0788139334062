import { type Masks, maskCommand } from "./masks.js";

/** A line of this length, in bytes, is no such line any more. */
const longestLine = 65_536;
const marker = Buffer.from(maskCommand);
const newline = "\n".charCodeAt(0);

/** Finds the lines "::add-mask::…" in a stream of bytes, quickly: it looks at all of an output. */
export class MaskCommands {
  readonly #masks: Masks;
  #rest = Buffer.alloc(0);

  constructor(masks: Masks) {
    this.#masks = masks;
  }

  push(bytes: Buffer): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let from = 0;
    for (let at = all.indexOf(marker); at >= 0; at = all.indexOf(marker, from)) {
      const end = all.indexOf(newline, at);
      if (end < 0 && all.length - at < longestLine) {
        this.#rest = Buffer.from(all.subarray(at));
        return;
      }
      this.#add(all.subarray(at, end < 0 ? at + longestLine : end));
      from = end < 0 ? at + longestLine : end + 1;
    }
    this.#rest = Buffer.from(all.subarray(Math.max(from, all.length - marker.length + 1)));
  }

  end(): void {
    if (this.#rest.indexOf(marker) === 0) {
      this.#add(this.#rest);
    }
    this.#rest = Buffer.alloc(0);
  }

  #add(line: Buffer): void {
    this.#masks.addEncoded(line.toString("utf8", marker.length));
  }
}
