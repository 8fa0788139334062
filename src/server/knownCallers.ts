import { DeployQueueError } from "../queue/errors.js";
import { nameOf } from "./caller.js";

/** How many are remembered; those that came longest ago are forgotten first. */
const most = 10_000;
const unknownCredential = "QD070";

/** The credentials that the database has accepted, by their short names. */
export class KnownCallers {
  readonly #names = new Set<string>();

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Passes on what the database answers to a caller: any answer of a rule shows that the credential is good, but one. */
  async heed<Result>(credential: Buffer, answer: Promise<Result>): Promise<Result> {
    const name = nameOf(credential);
    try {
      const result = await answer;
      this.#remember(name);
      return result;
    } catch (error) {
      const code = error instanceof DeployQueueError ? error.code : undefined;
      if (code === unknownCredential) {
        this.#names.delete(name);
      } else if (code?.startsWith("QD") === true) {
        this.#remember(name);
      }
      throw error;
    }
  }

  #remember(name: string): void {
    this.#names.delete(name);
    this.#names.add(name);
    const [oldest] = this.#names;
    if (this.#names.size > most && oldest !== undefined) {
      this.#names.delete(oldest);
    }
  }
}
