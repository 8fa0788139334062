import { DeployQueueError } from "../errors.js";

/** The embedded PostgreSQL cannot be used; the message is one sentence that names the directory or the cure. */
export class EmbeddedServerError extends DeployQueueError {
  readonly exitCode = 7;
}
