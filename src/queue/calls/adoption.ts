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
  preview(withRunning: boolean): Promise<Adopted[]> {
    return this.rows(
      (sql) => sql`select * from deploy_queue.preview_adoption(with_running => ${withRunning})`,
      longTimeout,
    );
  }

  /** Takes the database of the predecessor over, wholly or not at all; returns what was moved. */
  adopt(withRunning: boolean): Promise<Adopted[]> {
    return this.rows(
      (sql) => sql`select *, null as problem from deploy_queue.adopt(with_running => ${withRunning})`,
      longTimeout,
    );
  }
}
