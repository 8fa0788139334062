import type { Database } from "../database/database.js";
import { QueueCalls } from "./calls/queueCalls.js";
import { SharedForecasts } from "./sharedForecasts.js";
import type { Source } from "./source.js";

/** The queue as this program sees it: its calls, and the connection on which a wait listens. */
export class Queue extends QueueCalls {
  declare readonly source: Source;
  readonly forecasts = new SharedForecasts(this.line);

  /** @throws InvalidValueError where there is only a server */
  get database(): Database {
    return this.source.database;
  }
}
