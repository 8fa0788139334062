import type { Log } from "../display/log.js";
import { type PassOn, passOnTo } from "../display/passOn.js";
import { printable } from "../text/printable.js";

const newline = "\n".charCodeAt(0);

/**
 * The output of a step while its command prints. It passes through this process also where no log is kept: what the step says itself then
 * begins a line, where alone the runner knows an annotation.
 */
export class CommandStreams {
  readonly #stdout = passOnTo(1);
  /** Whether the command may have printed something that is not written yet. */
  #isOpen = false;
  #isMidLine = false;

  readonly log: Log = {
    info: (message) => this.#say(printable(message)),
    warn: (message) => this.#say(`::warning::${printable(message).replaceAll("%", "%25")}`),
  };

  /** What the command prints goes there. */
  readonly shown: Readonly<Record<"stdout" | "stderr", PassOn>> = {
    stdout: { pass: (bytes) => this.#pass(bytes), written: () => this.#written() },
    stderr: passOnTo(2),
  };

  constructor() {
    // A runner that is gone must not end this process before it has ended the command.
    process.stdout.on("error", () => undefined);
  }

  #pass(bytes: Buffer): Promise<void> | undefined {
    this.#isOpen = true;
    this.#isMidLine = bytes.at(-1) !== newline;
    return this.#stdout.pass(bytes);
  }

  #say(line: string): void {
    if (this.#isOpen) {
      void this.#pass(Buffer.from(`${this.#isMidLine ? "\n" : ""}${line}\n`));
    } else {
      process.stdout.write(`${line}\n`);
    }
  }

  async #written(): Promise<void> {
    if (this.#isMidLine) {
      this.#pass(Buffer.from("\n"));
    }
    await this.#stdout.written();
    this.#isOpen = false;
  }
}
