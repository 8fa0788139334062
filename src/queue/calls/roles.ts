import { Calls } from "./calls.js";

/** The roles that are given out. */
export class Roles extends Calls {
  /** Creates the roles that are given out, and says which are new. exclusive: only they and the owner may connect to the database. */
  create({ exclusive = false } = {}): Promise<{ role_name: string; created: boolean }[]> {
    return this.rows((sql) => sql`select * from deploy_queue.create_roles(exclusive => ${exclusive})`);
  }
}
