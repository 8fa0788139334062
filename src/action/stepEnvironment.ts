import { isServerUrl } from "../client/serverUrl.js";
import { databaseUrlVariable, serverUrlVariable } from "../database/connectionSettings.js";
import { environmentOf } from "../processes/environment.js";
import type { Deployment } from "../queue/deployment.js";
import type { Address } from "../queue/openSource.js";

/** What the runner tells an action only. */
const ofAction = /^(?:INPUT|STATE)_|^GITHUB_STATE$/;

/**
 * The environment of the steps, for a command of the action: without its inputs, without what its main step leaves for the post step, and without what
 * leads to the queue, as in a command of `deploy-queue run`.
 */
export function stepEnvironment(deployment: Deployment, { url }: Address): NodeJS.ProcessEnv {
  const ofSteps = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofAction.test(name)));
  const [used, other] = isServerUrl(url)
    ? [serverUrlVariable, databaseUrlVariable]
    : [databaseUrlVariable, serverUrlVariable];
  return environmentOf(deployment, { passDatabaseUrl: false }, { ...ofSteps, [used]: url, [other]: undefined });
}
