import type { Deployment, Location } from "../deployment.js";
import { Calls, placed } from "./calls.js";

/** A version that has finished in another environment. */
export interface Promotable {
  readonly version: string;
  readonly artifact: string | null;
  readonly finished_at: Date;
  /** The deployment that finished. */
  readonly deployment_id: number;
}

/** A version that is not to be deployed. */
export interface BadVersion {
  readonly component: string;
  readonly version: string;
  /** Where it counts; null is everywhere. */
  readonly environments: readonly string[] | null;
  readonly reason: string;
  readonly owner: string;
  readonly created_at: Date;
}

export interface BadVersionFilter {
  readonly environment?: string | undefined;
  readonly component?: string | undefined;
  readonly version?: string | undefined;
}

/** Which versions may go where. */
export class Promotions extends Calls {
  /**
   * The version that finished last in an environment, of those that the place would take now.
   * @throws RefusedError when there is none
   */
  latest(latestFrom: string, { component, ...place }: Location & { readonly component: string }): Promise<Promotable> {
    return this.row("latest_promotable", { latest_from: latestFrom, ...placed(place), component });
  }

  /**
   * Withdraws a version wherever the caller may change something.
   * @returns the waiting deployments that this has cancelled, and those that run and go on
   * @throws UnknownNameError for a version that no deployment has had
   */
  markBad(component: string, version: string, reason: string): Promise<Deployment[]> {
    return this.changes("mark_bad", { component, version, reason });
  }

  /**
   * Takes that back.
   * @returns the marks that were in force
   * @throws UnknownNameError for a version that no deployment has had
   */
  markGood(component: string, version: string): Promise<BadVersion[]> {
    const fields = ["component", "version", "environments", "reason", "owner", "created_at"];
    return this.changes("mark_good", { component, version }, { fields });
  }

  /** Versions that are marked bad: of all, or of those that count in an environment. */
  async badVersions({ environment, ...where }: BadVersionFilter = {}): Promise<BadVersion[]> {
    const marks = await this.read<BadVersion>("bad_versions_in_force", {
      where,
      order: ["component", "version", "created_at"],
    });
    return marks.filter(
      ({ environments }) => environment === undefined || (environments?.includes(environment) ?? true),
    );
  }
}
