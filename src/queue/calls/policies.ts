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
  readonly created_at: Date;
  readonly expires_at: Date | null;
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

/** When and where deployments may start at all. */
export class Policies extends Calls {
  freezes(environment?: string): Promise<Freeze[]> {
    return this.rows(
      (sql) => sql`
        select * from deploy_queue.freezes_in_force
        where ${environment ?? null}::text is null or environment = ${environment ?? null}
        order by freeze_id`,
    );
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
        select id as freeze_id, placed.* from deploy_queue.freeze(
          environment => ${area.environment},
          reason => ${reason},
          cloud_provider => ${area.cloudProvider ?? null},
          region => ${area.region ?? null},
          cell_index => ${area.cellIndex ?? null},
          expires_at => ${options.until ?? null},
          allow_key => ${options.allowKey ?? null},
          allow_actor => ${options.allowActor ?? null},
          allow_role => ${options.allowRole ?? null}
        ) as placed`,
    );
  }

  /** Lifts a freeze; one that was lifted already is left as it is. */
  thaw(id: number): Promise<Freeze> {
    return this.change(
      (sql) => sql`select id as freeze_id, lifted.* from deploy_queue.thaw(freeze_id => ${id}) as lifted`,
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
  ): Promise<{ readonly id: number }> {
    return this.change(
      (sql) => sql`
        select * from deploy_queue.add_window(
          environment => ${environment},
          days => ${[...days]}::smallint[],
          opens_at => ${opensAt},
          closes_at => ${closesAt},
          zone => ${zone}
        )`,
    );
  }

  removeWindow(id: number): Promise<{ readonly environment: string }> {
    return this.change((sql) => sql`select * from deploy_queue.remove_window(window_id => ${id})`);
  }
}
