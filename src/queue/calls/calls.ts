import { Database } from "../../database/database.js";
import { DatabaseSource } from "../databaseSource.js";
import type { Deployment, Whereabouts } from "../deployment.js";
import type { Arguments, CallOptions, Look, Source } from "../source.js";

/** Calls of functions and looks at views, with the errors of errors.ts. Durations are seconds, in and out. */
export abstract class Calls {
  protected readonly source: Source;

  constructor(source: Source | Database) {
    this.source = source instanceof Database ? new DatabaseSource(source) : source;
  }

  /** The rows that a function gives back. */
  protected rows<Row extends object>(name: string, values: Arguments, options: CallOptions = {}): Promise<Row[]> {
    return this.source.call(name, values, options);
  }

  /** The only one. */
  protected async row<Row extends object>(name: string, values: Arguments, options: CallOptions = {}): Promise<Row> {
    return only(await this.rows(name, values, options));
  }

  /** The value that a function gives back. */
  protected async value<Value>(name: string, values: Arguments, options: CallOptions = {}): Promise<Value> {
    const { answer } = await this.row<{ answer: Value }>(name, values, options);
    return answer;
  }

  /** The rows that a function gives back which changes something, on behalf of the actor. */
  protected changes<Row extends object>(name: string, values: Arguments, options: CallOptions = {}): Promise<Row[]> {
    return this.rows(name, values, { ...options, changes: true });
  }

  protected async change<Row extends object>(name: string, values: Arguments, options: CallOptions = {}): Promise<Row> {
    return only(await this.changes(name, values, options));
  }

  /** Rows of a view. */
  protected read<Row extends object>(view: string, look: Look = {}): Promise<Row[]> {
    return this.source.look(view, look);
  }
}

function only<Row>([row]: Row[]): Row {
  if (row === undefined) {
    throw new Error("the database returned no row where it always returns one");
  }
  return row;
}

/** In milliseconds, for what reads or writes all of history: a million deployments take up to a minute. */
export const longTimeout = 3_600_000;

/** The arguments that say where. */
export function placed({ environment, cloudProvider, region, cellIndex }: Whereabouts) {
  return { environment, cloud_provider: cloudProvider, region, cell_index: cellIndex };
}

/** The order in which deployments have entered. */
export function byId(one: Deployment, other: Deployment): number {
  return one.id - other.id;
}
