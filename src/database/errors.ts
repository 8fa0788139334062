/** An error that the person can do something about: its message is one line, its exit code that of the command line. */
export abstract class DeployQueueError extends Error {
  abstract readonly exitCode: number;
  /** What to do about it, in one line. */
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
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
