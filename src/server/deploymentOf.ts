import type { Answer } from "../queue/calls/callers.js";
import type { DeploymentId } from "../queue/deployment.js";
import { DeploymentNotFoundError } from "../queue/errors.js";
import type { Pool } from "./pool.js";

/** A deployment, as its caller may read it. @throws DeploymentNotFoundError */
export async function deploymentOf(pool: Pool, credential: Buffer, id: DeploymentId): Promise<Answer> {
  const look = { conditions: { id }, by: ["id"], atMost: 1 };
  const [row] = await pool.look(credential, "deployments_with_status", look);
  if (row === undefined) {
    throw new DeploymentNotFoundError(`deployment ${id} does not exist`);
  }
  return row;
}
