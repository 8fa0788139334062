/** Columns of the database as people give them on the command line. */
const optionOfColumn: Readonly<Record<string, string>> = {
  "allow key": "--allow-key",
  "allow role": "--allow-role",
  approvals: "--approvals",
  artifact: "--artifact",
  "buffer time": "--buffer-time",
  "cancellation note": "--cancellation-note",
  "cell index": "--cell-index",
  "cloud provider": "--provider",
  component: "--component",
  "concurrency key": "--concurrency-key",
  "expires at": "--until",
  confirmation: "--confirmation",
  details: "--details",
  "log limit": "--log-limit",
  "log retention": "--log-retention",
  "heartbeat timeout": "--heartbeat-timeout",
  "idempotency key": "--idempotency-key",
  "max duration": "--max-duration",
  "max reservation": "--max-reservation",
  "not after": "--not-after",
  "not before": "--not-before",
  name: "--name",
  note: "--note",
  reason: "--reason",
  region: "--region",
  "require checks": "--require-checks",
  retention: "--retention",
  // Before the shorter one, which begins it.
  "sequence scope": "--sequence-scope",
  sequence: "--sequence",
  slots: "--slots",
  soak: "--soak",
  "unkept after": "--unkept-after",
  url: "--url",
  version: "--version",
};

const columns = new RegExp(`\\b(?:${Object.keys(optionOfColumn).join("|")})\\b`, "g");

/** "--region requires --provider": the sentence of a constraint, with the options that were given. */
export function columnsAsOptions(sentence: string): string {
  return sentence.replace(columns, (column) => optionOfColumn[column] ?? column);
}
