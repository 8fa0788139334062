import { logOutages } from "../display/outages.js";
import { defaultOutageTimeout, outlastOutages } from "../queue/outage.js";
import type { Session } from "./openSession.js";
import { deploymentOptions, readTimeout } from "./options.js";
import { QueueCommand } from "./queueCommand.js";

/** Those that wait, keep a cell or free it: nobody comes after them who would try again. */
export abstract class PatientCommand extends QueueCommand {
  outageTimeout = deploymentOptions.outageTimeout();

  override patience(): number {
    return readTimeout(this.outageTimeout, "--outage-timeout") ?? defaultOutageTimeout;
  }

  /** Repeats a call that may be repeated, until the database answers. */
  protected patiently<Result>({ log }: Session, call: () => Promise<Result>): Promise<Result> {
    return outlastOutages(call, { outageTimeout: this.patience(), onEvent: logOutages(log) });
  }
}
