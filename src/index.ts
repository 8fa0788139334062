// What "import … from 'deploy-queue'" gives. The command line uses the same pieces.

export type {
  Blocker,
  Cell,
  Deployment,
  DeploymentId,
  DeploymentRequest,
  DeploymentStatus,
  DeploymentWithStatus,
  Environment,
  Location,
  Place,
  QueuedDeployment,
  Reason,
  StartAttempt,
} from "./queue/deployment.js";
export { DeployQueue, type DeployQueueOptions, type StartOptions } from "./queue/deployQueue.js";
export {
  CancelledError,
  DatabaseUnavailableError,
  DeploymentNotFoundError,
  DeployQueueError,
  HeldUpError,
  InvalidValueError,
  RefusedError,
  SchemaError,
  WaitTimeoutError,
} from "./queue/errors.js";
