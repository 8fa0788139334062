/** Where messages for people go: stderr on the command line, GitHub's log in the action. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

/** The one of the command line. */
export interface LeveledLog extends Log {
  trace(message: string): void;
  debug(message: string): void;
  error(message: string): void;
  /** Whether what info() is told appears. */
  readonly tellsInfo: boolean;
}
