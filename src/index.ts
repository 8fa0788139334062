// What "import … from 'deploy-queue'" gives. The command line uses the same pieces.

export type { Adopted } from "./queue/calls/adoption.js";
export type {
  DeploymentFilter,
  FinishedDeployment,
  LatestDeployment,
  Occupation,
  Outlier,
  RunningDeployment,
  StuckDeployment,
  UsualDuration,
} from "./queue/calls/boards.js";
export type { Check, CheckFilter, CheckReport } from "./queue/calls/checks.js";
export type {
  ComponentChanges,
  ComponentPolicies,
  Environment,
  EnvironmentChanges,
  Ordering,
} from "./queue/calls/environments.js";
export type { WantedApproval } from "./queue/calls/gates.js";
export type { Bypass, Cancellation, Contradiction, DeploymentEvent } from "./queue/calls/history.js";
export type { HoldFilter, StagedDeployment } from "./queue/calls/holds.js";
export type { LiveFilter } from "./queue/calls/line.js";
export type { CellStatus, Placed, PlaceStatus, Problem } from "./queue/calls/placeStatus.js";
export type { AddedWindow, Area, Freeze, HeldLine, MaintenanceWindow } from "./queue/calls/policies.js";
export type { BadVersion, Promotable } from "./queue/calls/promotions.js";
export type { BulkCancelOptions, CancelOptions } from "./queue/calls/queueCalls.js";
export type { CancellationRate, DeploymentFrequency, LeadTime, WaitTime } from "./queue/calls/reports.js";
export type { GrantedRole, RoleKind } from "./queue/calls/roles.js";
export type { Finding } from "./queue/calls/upkeep.js";
export type {
  NewWebhook,
  RotatedWebhook,
  Webhook,
  WebhookBody,
  WebhookDelivery,
  WebhookRequest,
} from "./queue/calls/webhooks.js";
export type {
  CancellationKind,
  Cell,
  Deployment,
  DeploymentId,
  DeploymentRequest,
  DeploymentStatus,
  DeploymentWithStatus,
  Hold,
  Location,
  Redemption,
  ReservedRequest,
  Whereabouts,
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
  OutdatedError,
  PolicyNotFoundError,
  RefusedError,
  SchemaError,
  UnconfirmedError,
  UnknownNameError,
  UnverifiedError,
  WaitTimeoutError,
} from "./queue/errors.js";
export type { JourneyEvent, Listener } from "./queue/events.js";
export type {
  Blocker,
  BlockingDeployment,
  Call,
  CheckItem,
  Explanation,
  Forecast,
  Preflight,
  QueuedDeployment,
  Reason,
  StartAttempt,
  Withholding,
} from "./queue/forecast.js";
export type { JourneyOptions } from "./queue/journey.js";
export type { EnqueueOptions, FinishOptions, Heartbeat, KeepingOptions } from "./queue/keeper.js";
export type { RunOptions } from "./queue/runWork.js";
