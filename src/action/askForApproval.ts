import { notice, setOutput } from "@actions/core";
import type { Deployment } from "../queue/deployment.js";
import type { Blocker } from "../queue/forecast.js";
import { callAsCommand } from "../text/callAsCommand.js";
import { deploymentName } from "../text/describe.js";

/**
 * Tells the run's page what an approver types, and later steps by the output approve-command.
 * @returns whether the deployment needs approval
 */
export function askForApproval(deployment: Deployment, blockers: readonly Blocker[]): boolean {
  const wanted = blockers.find((blocker) => "text" in blocker && blocker.kind === "approval");
  if (wanted === undefined || !("text" in wanted)) {
    return false;
  }
  const command = callAsCommand({ function: "approve", arguments: { deployment_id: String(deployment.id) } });
  setOutput("approve-command", command);
  notice(`${deploymentName(deployment)} needs ${wanted.text}. An approver types: ${command}`);
  return true;
}
