import { Option } from "clipanion";

/** An option that has to be given, and says so in help and in docs/cli.md. */
export function requiredOption(name: string, description: string): string {
  return Option.String(name, { required: true, description: `${description} (required)` });
}
