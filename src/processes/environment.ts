import { tokenVariable } from "../client/serverUrl.js";
import {
  connectionSettings,
  databaseUrlVariable,
  serverUrlVariable,
  withheldUrl,
} from "../database/connectionSettings.js";
import type { Deployment } from "../queue/deployment.js";

/** The environment of a command, which knows what it deploys. What is not known is not that of a run around this one. */
export function environmentOf(
  { id, version, artifact }: Deployment,
  { passDatabaseUrl }: { readonly passDatabaseUrl: boolean },
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return {
    ...(passDatabaseUrl ? environment : withoutUrl(environment)),
    DEPLOY_QUEUE_DEPLOYMENT_ID: String(id),
    DEPLOY_QUEUE_VERSION: version ?? undefined,
    DEPLOY_QUEUE_ARTIFACT: artifact ?? undefined,
  };
}

/** A URL or a token that the command may not know leaves a mark: a deploy-queue in the command must not use another queue instead. */
function withoutUrl(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (environment[serverUrlVariable]?.trim()) {
    const { DEPLOY_QUEUE_ID_TOKEN: _, ...others } = environment;
    return { ...others, [tokenVariable]: withheldUrl };
  }
  const url = environment[databaseUrlVariable]?.trim();
  if (!url || url === "embedded") {
    return environment;
  }
  const { PGPASSWORD: password, ...others } = environment;
  const isOfQueue = connectionSettings(url).password === password;
  return { ...(isOfQueue ? others : environment), [databaseUrlVariable]: withheldUrl };
}
