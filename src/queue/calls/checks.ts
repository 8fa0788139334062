import { Json, Seconds } from "../source.js";
import { Calls } from "./calls.js";

/** What a pipeline has found about a version. */
export interface CheckReport {
  readonly component: string;
  readonly version: string;
  /** As the policy of an environment names it, such as "e2e". */
  readonly name: string;
  readonly passed: boolean;
  /** Page of the result. */
  readonly url?: string | undefined;
  /** More about the result; anything that JSON can say. */
  readonly details?: unknown;
  /** For how many seconds it counts; until the next report when it is not given. */
  readonly expiresIn?: number | undefined;
}

/** The newest report of a check for a version: the one that counts. */
export interface Check {
  readonly check_id: number;
  readonly component: string;
  readonly version: string;
  readonly name: string;
  /** Expired: it passed, and that counts no longer. */
  readonly state: "passed" | "failed" | "expired";
  readonly url: string | null;
  readonly details: unknown;
  readonly expires_at: Date | null;
  /** Who reported it: as the client says, and the database role. */
  readonly actor: string;
  readonly principal: string;
  readonly reported_at: Date;
}

export interface CheckFilter {
  readonly component?: string | undefined;
  readonly version?: string | undefined;
  readonly name?: string | undefined;
  /** So many at most. */
  readonly limit?: number | undefined;
}

/** Evidence that environments demand of a version before they let it in. */
export class Checks extends Calls {
  /** Wakes the deployments that it lets in. Where roles are in use, only a checker or an operator may. */
  async report({ component, version, name, passed, url, details, expiresIn }: CheckReport): Promise<Check> {
    const { id, ...check } = await this.change<Omit<Check, "check_id" | "state"> & { id: number }>(
      "report_check",
      { component, version, name, passed, url, details: new Json(details), expires_in: new Seconds(expiresIn) },
      {
        fields: [
          "id",
          "component",
          "version",
          "name",
          "url",
          "details",
          "expires_at",
          "actor",
          "principal",
          "reported_at",
        ],
      },
    );
    return { check_id: id, state: passed ? "passed" : "failed", ...check };
  }

  /** The newest first. */
  latest({ component, version, name, limit }: CheckFilter = {}): Promise<Check[]> {
    return this.read("latest_checks", {
      where: { component, version, name },
      order: ["-reported_at", "-check_id"],
      limit,
    });
  }
}
