import { deploymentOperations } from "./deployments.js";
import type { Operation } from "./operation.js";
import { policyOperations } from "./policies.js";
import { versionOperations } from "./versions.js";
import { workOperations } from "./work.js";

/** Every function that is a route of its own. */
export const operations: readonly Operation[] = [
  ...deploymentOperations,
  ...policyOperations,
  ...versionOperations,
  ...workOperations,
];
