import type { DeploymentId } from "./deployment.js";

/** The channel that wakes the keeper of a deployment: it may start, knows when it may, or has ended. */
export function deploymentChannel(id: DeploymentId): string {
  return `deploy_queue_deployment_${id}`;
}

/** The id of the deployment whose channel it is. */
export function deploymentOf(channel: string): string {
  return channel.replace(/^deploy_queue_deployment_/, "");
}

/** The channel that tells every transition. */
export const transitionsChannel = "deploy_queue_transitions";

/** The channel that tells those who follow the ids of all deployments whose own channel is notified. */
export const toldChannel = "deploy_queue_told";

/** The channel that tells an agent that it is of use to take work. */
export function agentChannel(agent: number): string {
  return `deploy_queue_agent_${agent}`;
}

/** The number of the agent whose channel it is; undefined: it is that of something else. */
export function agentOf(channel: string): string | undefined {
  return /^deploy_queue_agent_(\d+)$/.exec(channel)?.[1];
}

/** The channel that tells workers of what webhooks are to be told. */
export const webhooksChannel = "deploy_queue_webhooks";

/** The channel that tells that a log has more. */
export function logChannel(id: DeploymentId): string {
  return `deploy_queue_log_${id}`;
}

/** The id of the deployment whose log it is about; undefined: it is about something else. */
export function logOf(channel: string): string | undefined {
  return /^deploy_queue_log_(\d+)$/.exec(channel)?.[1];
}
