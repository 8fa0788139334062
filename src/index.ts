// What "import … from 'deploy-queue'" gives. The command line uses the same pieces.

export type {
  FinishedDeployment,
  LatestDeployment,
  Occupation,
  Outlier,
  RunningDeployment,
  StuckDeployment,
  UsualDuration,
} from "./queue/calls/boards.js";
export type { Environment } from "./queue/calls/environments.js";
export type { DeploymentEvent } from "./queue/calls/history.js";
export type { HoldFilter, StagedDeployment } from "./queue/calls/holds.js";
export type { Area, Freeze, MaintenanceWindow } from "./queue/calls/policies.js";
export type { CancellationRate, DeploymentFrequency, LeadTime, WaitTime } from "./queue/calls/reports.js";
export type {
  Cell,
  Deployment,
  DeploymentId,
  DeploymentRequest,
  DeploymentStatus,
  DeploymentWithStatus,
  Hold,
  Location,
} from "./queue/deployment.js";
export { DeployQueue, type DeployQueueOptions } from "./queue/deployQueue.js";
export {
  AccessDeniedError,
  CancelledError,
  ClosedError,
  DatabaseUnavailableError,
  DeploymentNotFoundError,
  DeployQueueError,
  HasPartsError,
  HeldUpError,
  InvalidValueError,
  LostContactError,
  OtherKeeperError,
  PolicyNotFoundError,
  RefusedError,
  SchemaError,
  UnknownNameError,
  WaitTimeoutError,
} from "./queue/errors.js";
export type { JourneyEvent } from "./queue/events.js";
export type { Blocker, Explanation, Forecast, QueuedDeployment, Reason, StartAttempt } from "./queue/forecast.js";
export type { JourneyOptions } from "./queue/journey.js";
export type { RunOptions } from "./queue/runWork.js";
