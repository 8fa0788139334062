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
): NodeJS.ProcessEnv {
  return {
    ...(passDatabaseUrl ? process.env : withoutUrl()),
    DEPLOY_QUEUE_DEPLOYMENT_ID: String(id),
    DEPLOY_QUEUE_VERSION: version ?? undefined,
    DEPLOY_QUEUE_ARTIFACT: artifact ?? undefined,
  };
}

/** A URL or a token that the command may not know leaves a mark: a deploy-queue in the command must not use another queue instead. */
function withoutUrl(): NodeJS.ProcessEnv {
  if (process.env[serverUrlVariable]?.trim()) {
    const { DEPLOY_QUEUE_ID_TOKEN: _, ...others } = process.env;
    return { ...others, [tokenVariable]: withheldUrl };
  }
  const url = process.env[databaseUrlVariable]?.trim();
  if (!url || url === "embedded") {
    return process.env;
  }
  const { PGPASSWORD: password, ...others } = process.env;
  const isOfQueue = connectionSettings(url).password === password;
  return { ...(isOfQueue ? others : process.env), [databaseUrlVariable]: withheldUrl };
}
