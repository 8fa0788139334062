import { type BaseContext, Command, Option } from "clipanion";
import { jsonText } from "../text/printable.js";
import { exitCodeAsBefore, isCompatible } from "./compatibility.js";
import { reportError } from "./reportError.js";

/** What all commands have in common. */
export abstract class BaseCommand extends Command<BaseContext> {
  json = Option.Boolean("--json", false, { description: "Print data as one JSON document" });

  /** Whether all that is said on stderr is JSON, a line each. */
  protected get hasJsonLog(): boolean {
    return false;
  }

  /** Does the command's work and returns its exit code; may throw. */
  abstract perform(): Promise<number>;

  override async execute(): Promise<number> {
    const code = await this.#performOrReport();
    return isCompatible(this.context) ? exitCodeAsBefore(this.path.join(" "), code) : code;
  }

  async #performOrReport(): Promise<number> {
    try {
      return await this.perform();
    } catch (error) {
      return reportError(error, this.context, this.json);
    }
  }

  /** Prints the text, or with --json the value. */
  protected print(text: string, value: unknown): void {
    this.context.stdout.write(`${this.json ? jsonText(value) : text}\n`);
  }

  /** For a command whose log says what a person wants to know. */
  protected printJson(value: unknown): void {
    if (this.json) {
      this.print("", value);
    }
  }
}
