import type postgres from "postgres";
import type { Sql } from "../../database/client.js";
import type { DeploymentId, Location } from "../deployment.js";
import { Calls } from "./calls.js";

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
    return this.rows((sql) => {
      const columns = freezeColumns(sql, sql`freeze_id`);
      return sql`
        select ${columns} from deploy_queue.freezes_in_force
        where ${environment ?? null}::text is null or environment = ${environment ?? null}
        order by freeze_id`;
    });
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
    return this.change(
      (sql) => sql`
        select ${freezeColumns(sql)} from deploy_queue.freeze(
          environment => ${area.environment},
          reason => ${reason},
          cloud_provider => ${area.cloudProvider ?? null},
          region => ${area.region ?? null},
          cell_index => ${area.cellIndex ?? null},
          expires_at => ${options.until ?? null},
          allow_key => ${options.allowKey ?? null},
          allow_actor => ${options.allowActor ?? null},
          allow_role => ${options.allowRole ?? null}
        )`,
    );
  }

  /** Lifts a freeze; one that was lifted already is left as it is. */
  thaw(id: number): Promise<Freeze> {
    return this.change((sql) => sql`select ${freezeColumns(sql)} from deploy_queue.thaw(freeze_id => ${id})`);
  }

  /** Gives a freeze another reason or end; what is undefined stays, and null lets it last until it is lifted. */
  editFreeze(
    id: number,
    { reason, until }: { readonly reason?: string | undefined; readonly until?: Date | null | undefined },
  ): Promise<Freeze> {
    return this.change(
      (sql) => sql`
        select ${freezeColumns(sql)} from deploy_queue.edit_freeze(
          freeze_id => ${id},
          reason => ${reason ?? null},
          expires_at => ${until ?? null},
          without => ${until === null ? ["expires_at"] : []}
        )`,
    );
  }

  /** Lets one waiting deployment through a freeze, which goes on to hold all others. */
  allowThroughFreeze(id: number, deployment: DeploymentId): Promise<Freeze> {
    return this.change(
      (sql) => sql`
        select ${freezeColumns(sql)} from deploy_queue.allow_through_freeze(
          freeze_id => ${id}, deployment_id => ${deployment}
        )`,
    );
  }

  heldLines(environment?: string): Promise<HeldLine[]> {
    return this.rows(
      (sql) => sql`
        select * from deploy_queue.held_lines
        where ${environment ?? null}::text is null or environment = ${environment ?? null}
        order by held_at`,
    );
  }

  /**
   * Stops the line of a cell until it is released; what runs goes on.
   * @param failed what rolls it back may start
   */
  async holdLine(cell: Location, reason: string, failed?: DeploymentId): Promise<void> {
    await this.change(
      (sql) => sql`
        select reason from deploy_queue.hold_line(
          environment => ${cell.environment},
          cloud_provider => ${cell.cloudProvider},
          region => ${cell.region},
          cell_index => ${cell.cellIndex},
          reason => ${reason},
          deployment_id => ${failed ?? null}
        )`,
    );
  }

  /** Lets a line go on that was stopped by hand or after a failure; one that goes on already is left as it is. */
  async releaseLine(cell: Location, reason?: string): Promise<void> {
    await this.change(
      (sql) => sql`
        select reason from deploy_queue.release_line(
          environment => ${cell.environment},
          cloud_provider => ${cell.cloudProvider},
          region => ${cell.region},
          cell_index => ${cell.cellIndex},
          reason => ${reason ?? null}
        )`,
    );
  }

  windows(environment?: string): Promise<MaintenanceWindow[]> {
    return this.rows(
      (sql) => sql`
        select * from deploy_queue.windows
        where ${environment ?? null}::text is null or environment = ${environment ?? null}
        order by environment, window_id`,
    );
  }

  /** days: 1 is Monday. Times are of the day, such as "02:00", in the zone. */
  addWindow(
    environment: string,
    days: readonly number[],
    opensAt: string,
    closesAt: string,
    zone: string,
  ): Promise<AddedWindow> {
    return this.change(
      (sql) => sql`
        select ${windowColumns(sql)} from deploy_queue.add_window(
          environment => ${environment},
          days => ${[...days]}::smallint[],
          opens_at => ${opensAt},
          closes_at => ${closesAt},
          zone => ${zone}
        )`,
    );
  }

  removeWindow(id: number): Promise<AddedWindow> {
    return this.change((sql) => sql`select ${windowColumns(sql)} from deploy_queue.remove_window(window_id => ${id})`);
  }
}

/** Those of a view or of the table, in which the number is called id. */
function freezeColumns(sql: Sql, id: Columns = sql`id as freeze_id`): Columns {
  return sql`
    ${id}, environment, cloud_provider, region, cell_index, reason, owner, allow_key, allow_actor, allow_role, allow_ids, created_at,
    expires_at`;
}

function windowColumns(sql: Sql): Columns {
  return sql`id as window_id, environment, days, opens_at, closes_at, zone`;
}

type Columns = postgres.PendingQuery<postgres.Row[]>;
