/** An error that the person can do something about: its message is one line, its exit code that of the command line. */
export abstract class DeployQueueError extends Error {
  abstract readonly exitCode: number;
  /** What to do about it, in one line. */
  readonly hint: string | undefined;
  /** What the database, the driver or the network calls it, such as "QD005" or "ECONNREFUSED". */
  readonly code: string | undefined;
  /** The id of the deployment that it is about: the first one that the message names. */
  readonly deployment: number | undefined;

  constructor(message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
    const code: unknown = options.cause instanceof Error ? Reflect.get(options.cause, "code") : undefined;
    this.code = typeof code === "string" ? code : undefined;
    const [, id] = /\bdeployment (\d+)\b/.exec(message) ?? [];
    this.deployment = id === undefined ? undefined : Number(id);
  }
}

/** A value that cannot be right, whatever the state of the queue. */
export class InvalidValueError extends DeployQueueError {
  readonly exitCode = 2;
}

/** The database cannot be reached, does not let us in, or stopped answering. */
export class DatabaseUnavailableError extends DeployQueueError {
  readonly exitCode = 7;
}

/** The database refuses the login: a wrong password, no such role or database. */
export class AccessDeniedError extends DatabaseUnavailableError {}

/** The schema is missing, belongs to another application, or may not be changed by this role. */
export class SchemaError extends DeployQueueError {
  readonly exitCode = 4;
}

/** The connection was closed by this program, for good. */
export class ClosedError extends DeployQueueError {
  readonly exitCode = 4;
}
