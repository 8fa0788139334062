import { Calls } from "./calls.js";

export const roleKinds = [
  "reader",
  "approver",
  "checker",
  "agent",
  "server",
  "deliverer",
  "deployer",
  "operator",
] as const;

export type RoleKind = (typeof roleKinds)[number];

export interface GrantedRole {
  readonly role_name: string;
  readonly kind: RoleKind;
  readonly environments: readonly string[] | null;
}

/** The roles that are given out. */
export class Roles extends Calls {
  /** Creates the roles that are given out, and says which are new. exclusive: only they and the owner may connect to the database. */
  create({ exclusive = false } = {}): Promise<{ role_name: string; created: boolean }[]> {
    return this.rows("create_roles", { exclusive });
  }

  /**
   * Makes a login a reader, an approver, a deployer or an operator.
   * @param environments the only ones that it may change; ["*"]: all; left out: as before
   */
  async grant(role: string, kind: RoleKind, environments?: readonly string[]): Promise<void> {
    await this.rows("grant_role", { role_name: role, kind, environments });
  }

  /** Takes from a login what was granted to it. */
  async revoke(role: string): Promise<void> {
    await this.rows("revoke_role", { role_name: role });
  }

  /** Logins of all kinds; environments is null for all of them. */
  granted(): Promise<GrantedRole[]> {
    return this.rows("granted_roles", {});
  }
}
