/** Where messages for people go: pino's logger on the command line, GitHub's log in the action. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
}
