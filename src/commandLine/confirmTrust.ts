import type { StagedDeployment } from "../queue/calls/holds.js";
import { confirm } from "./confirm.js";

/**
 * A staged command runs with the rights of the person who releases it. Asks about each role that has staged one, unless it is the
 * own role or a trusted one.
 * @throws as confirm does
 */
export async function confirmTrust(held: readonly StagedDeployment[], trusted: readonly string[]): Promise<void> {
  const foreign = held.filter((staged) => staged.command !== null && !staged.process_waits && !staged.is_own);
  for (const role of new Set(foreign.map(({ entered_by }) => entered_by))) {
    if (!trusted.includes(role)) {
      const ids = foreign.filter(({ entered_by }) => entered_by === role).map(({ deployment_id }) => deployment_id);
      const commands = ids.length === 1 ? "the command" : "the commands";
      await confirm(
        `The role ${role} staged ${commands} of ${ids.join(", ")}. Run ${ids.length === 1 ? "it" : "them"} here, with your rights?`,
        `--trust-staged-by ${role}`,
      );
    }
  }
}
