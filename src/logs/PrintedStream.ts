import { StringDecoder } from "node:string_decoder";
import { MaskCommands } from "./maskCommands.js";
import { MaskedText, type Masks } from "./masks.js";

/** One of the streams of a command, as text without secrets. */
export class PrintedStream {
  readonly commands: MaskCommands;
  readonly #masks: Masks;
  decoder = new StringDecoder("utf8");
  masked: MaskedText;

  constructor(masks: Masks) {
    this.#masks = masks;
    this.commands = new MaskCommands(masks);
    this.masked = new MaskedText(masks);
  }

  /** Something between what came before and what comes now is missing. */
  beginAnew(): void {
    this.decoder = new StringDecoder("utf8");
    this.masked = new MaskedText(this.#masks);
  }

  end(): string {
    return `${this.masked.push(this.decoder.end())}${this.masked.end()}`;
  }
}
