import { type AdoptionScope, adoptionStatements } from "../../database/adoption.js";
import { translateError } from "../errors.js";
import { Calls, longTimeout } from "./calls.js";

/** What an adoption moves, or what stands in its way. */
export interface Adopted {
  readonly what: string;
  readonly amount: number;
  readonly problem: string | null;
}

/** The database of the predecessor. */
export class Adoption extends Calls {
  /** What adopt would bring over from the predecessor, and what stands in its way; changes nothing. */
  preview(scope: AdoptionScope): Promise<Adopted[]> {
    return this.#call("preview_adoption", scope);
  }

  /** Takes the database of the predecessor over, wholly or not at all; returns what was moved. */
  adopt(scope: AdoptionScope): Promise<Adopted[]> {
    return this.#call("adopt", scope);
  }

  async #call(entry: "adopt" | "preview_adoption", scope: AdoptionScope): Promise<Adopted[]> {
    const statements = await adoptionStatements(entry, scope);
    const results = await this.source.database
      .query<Adopted[]>((sql) => sql.unsafe(statements), longTimeout)
      .catch((error: unknown) => {
        throw translateError(error);
      });
    return results.flat();
  }
}
