import type { DeploymentId, Location } from "../deployment.js";
import type { Arguments } from "../source.js";
import { Calls, placed } from "./calls.js";

/** Where a freeze is: all of an environment, a provider or region of it, or one cell. */
export interface Area {
  readonly environment: string;
  readonly cloudProvider?: string | undefined;
  readonly region?: string | undefined;
  readonly cellIndex?: number | undefined;
}

/** A freeze that is in force. */
export interface Freeze {
  readonly freeze_id: number;
  readonly environment: string;
  readonly cloud_provider: string | null;
  readonly region: string | null;
  readonly cell_index: number | null;
  readonly reason: string;
  readonly owner: string;
  /** Null also for those who are no operators. */
  readonly allow_key: string | null;
  readonly allow_actor: string | null;
  readonly allow_role: string | null;
  /** The deployments that it lets through. */
  readonly allow_ids: readonly number[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
}

/** A row of deploy_queue.held_lines: a cell whose line is stopped until it is released. */
export interface HeldLine {
  readonly environment: string;
  readonly cloud_provider: string;
  readonly region: string;
  readonly cell_index: number;
  /** What has failed: what rolls it back may start. Null: nothing may. */
  readonly deployment_id: number | null;
  readonly reason: string;
  readonly actor: string;
  readonly held_at: Date;
}

/** A row of deploy_queue.windows; times of the day are those of its zone. */
export interface MaintenanceWindow {
  readonly window_id: number;
  readonly environment: string;
  /** 1 is Monday, 7 Sunday. */
  readonly days: readonly number[];
  readonly opens_at: string;
  readonly closes_at: string;
  readonly zone: string;
  /** Since when it is open, or when it opens next. */
  readonly opens: Date | null;
  readonly closes: Date | null;
}

export type AddedWindow = Omit<MaintenanceWindow, "opens" | "closes">;

/** When and where deployments may start at all. */
export class Policies extends Calls {
  freezes(environment?: string): Promise<Freeze[]> {
    const fields = ["freeze_id", ...fieldsOfFreeze];
    return this.read("freezes_in_force", { where: { environment }, order: ["freeze_id"], fields });
  }

  freeze(
    area: Area,
    reason: string,
    options: {
      readonly until?: Date | undefined;
      /** Only together with allowRole. */
      readonly allowKey?: string | undefined;
      /** As the client says of itself. */
      readonly allowActor?: string | undefined;
      readonly allowRole?: string | undefined;
    } = {},
  ): Promise<Freeze> {
    return this.#changeFreeze("freeze", {
      ...{ ...placed(area), reason, expires_at: options.until, allow_key: options.allowKey },
      ...{ allow_actor: options.allowActor, allow_role: options.allowRole },
    });
  }

  /** Lifts a freeze; one that was lifted already is left as it is. */
  thaw(id: number): Promise<Freeze> {
    return this.#changeFreeze("thaw", { freeze_id: id });
  }

  /** Gives a freeze another reason or end; what is undefined stays, and null lets it last until it is lifted. */
  editFreeze(
    id: number,
    { reason, until }: { readonly reason?: string | undefined; readonly until?: Date | null | undefined },
  ): Promise<Freeze> {
    const without = until === null ? ["expires_at"] : [];
    return this.#changeFreeze("edit_freeze", { freeze_id: id, reason, expires_at: until, without });
  }

  /** Lets one waiting deployment through a freeze, which goes on to hold all others. */
  allowThroughFreeze(id: number, deployment: DeploymentId): Promise<Freeze> {
    return this.#changeFreeze("allow_through_freeze", { freeze_id: id, deployment_id: deployment });
  }

  /** Takes that back: the deployment waits with the others. @throws RefusedError when it has started */
  disallowThroughFreeze(id: number, deployment: DeploymentId): Promise<Freeze> {
    return this.#changeFreeze("disallow_through_freeze", { freeze_id: id, deployment_id: deployment });
  }

  async #changeFreeze(name: string, values: Arguments): Promise<Freeze> {
    const fields = ["id", ...fieldsOfFreeze];
    const { id, ...freeze } = await this.change<Omit<Freeze, "freeze_id"> & { id: number }>(name, values, { fields });
    return { freeze_id: id, ...freeze };
  }

  heldLines(environment?: string): Promise<HeldLine[]> {
    return this.read("held_lines", { where: { environment }, order: ["held_at"] });
  }

  /**
   * Stops the line of a cell until it is released; what runs goes on.
   * @param failed what rolls it back may start
   */
  async holdLine(cell: Location, reason: string, failed?: DeploymentId): Promise<void> {
    await this.changes("hold_line", { ...placed(cell), reason, deployment_id: failed });
  }

  /** Lets a line go on that was stopped by hand or after a failure; one that goes on already is left as it is. */
  async releaseLine(cell: Location, reason?: string): Promise<void> {
    await this.changes("release_line", { ...placed(cell), reason });
  }

  windows(environment?: string): Promise<MaintenanceWindow[]> {
    return this.read("windows", { where: { environment }, order: ["environment", "window_id"] });
  }

  /** days: 1 is Monday. Times are of the day, such as "02:00", in the zone. */
  addWindow(
    environment: string,
    days: readonly number[],
    opensAt: string,
    closesAt: string,
    zone: string,
  ): Promise<AddedWindow> {
    return this.#changeWindow("add_window", { environment, days, opens_at: opensAt, closes_at: closesAt, zone });
  }

  removeWindow(id: number): Promise<AddedWindow> {
    return this.#changeWindow("remove_window", { window_id: id });
  }

  async #changeWindow(name: string, values: Arguments): Promise<AddedWindow> {
    const fields = ["id", "environment", "days", "opens_at", "closes_at", "zone"];
    const { id, ...window } = await this.change<Omit<AddedWindow, "window_id"> & { id: number }>(name, values, {
      fields,
    });
    return { window_id: id, ...window };
  }
}

/** Besides the number, which the view calls freeze_id and the table id. */
const fieldsOfFreeze = [
  ...["environment", "cloud_provider", "region", "cell_index", "reason", "owner", "allow_key", "allow_actor"],
  ...["allow_role", "allow_ids", "created_at", "expires_at"],
];
