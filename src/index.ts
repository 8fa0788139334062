// What "import … from 'deploy-queue'" gives: rows in camelCase, durations in seconds.

import type * as boards from "./queue/calls/boards.js";
import type * as checks from "./queue/calls/checks.js";
import type * as environments from "./queue/calls/environments.js";
import type * as gates from "./queue/calls/gates.js";
import type * as history from "./queue/calls/history.js";
import type * as holds from "./queue/calls/holds.js";
import type * as logs from "./queue/calls/logs.js";
import type * as placeStatus from "./queue/calls/placeStatus.js";
import type * as policies from "./queue/calls/policies.js";
import type * as promotions from "./queue/calls/promotions.js";
import type * as reports from "./queue/calls/reports.js";
import type * as roles from "./queue/calls/roles.js";
import type * as tokens from "./queue/calls/tokens.js";
import type * as trusts from "./queue/calls/trusts.js";
import type * as webhooks from "./queue/calls/webhooks.js";
import type * as work from "./queue/calls/work.js";
import type { CamelCased } from "./queue/camelCase.js";
import type * as deployment from "./queue/deployment.js";
import type * as events from "./queue/events.js";
import type * as forecast from "./queue/forecast.js";
import type * as keeper from "./queue/keeper.js";

export type FinishedDeployment = CamelCased<boards.FinishedDeployment>;
export type LatestDeployment = CamelCased<boards.LatestDeployment>;
export type Occupation = CamelCased<boards.Occupation>;
export type Outlier = CamelCased<boards.Outlier>;
export type RunningDeployment = CamelCased<boards.RunningDeployment>;
export type StuckDeployment = CamelCased<boards.StuckDeployment>;
export type UsualDuration = CamelCased<boards.UsualDuration>;
export type Check = CamelCased<checks.Check>;
export type ComponentPolicies = CamelCased<environments.ComponentPolicies>;
export type Environment = CamelCased<environments.Environment>;
export type WantedApproval = CamelCased<gates.WantedApproval>;
export type Cancellation = CamelCased<history.Cancellation>;
export type Contradiction = CamelCased<history.Contradiction>;
export type DeploymentEvent = CamelCased<history.DeploymentEvent>;
export type StagedDeployment = CamelCased<holds.StagedDeployment>;
export type LogChunk = CamelCased<logs.LogChunk>;
export type CellStatus = CamelCased<placeStatus.CellStatus>;
export type PlaceStatus = CamelCased<placeStatus.PlaceStatus>;
export type Problem = CamelCased<placeStatus.Problem>;
export type AddedWindow = CamelCased<policies.AddedWindow>;
export type Freeze = CamelCased<policies.Freeze>;
export type HeldLine = CamelCased<policies.HeldLine>;
export type MaintenanceWindow = CamelCased<policies.MaintenanceWindow>;
export type BadVersion = CamelCased<promotions.BadVersion>;
export type Promotable = CamelCased<promotions.Promotable>;
export type CancellationRate = CamelCased<reports.CancellationRate>;
export type DeploymentFrequency = CamelCased<reports.DeploymentFrequency>;
export type LeadTime = CamelCased<reports.LeadTime>;
export type WaitTime = CamelCased<reports.WaitTime>;
export type GrantedRole = CamelCased<roles.GrantedRole>;
export type Token = CamelCased<tokens.Token>;
export type Trust = CamelCased<trusts.Trust>;
export type NewWebhook = CamelCased<webhooks.NewWebhook>;
export type RotatedWebhook = CamelCased<webhooks.RotatedWebhook>;
export type Webhook = CamelCased<webhooks.Webhook>;
export type WebhookDelivery = CamelCased<webhooks.WebhookDelivery>;
export type KnownTarget = CamelCased<work.KnownTarget>;
export type Submission = CamelCased<work.Submission>;
export type Cell = CamelCased<deployment.Cell>;
export type Deployment = CamelCased<deployment.Deployment>;
export type DeploymentWithStatus = CamelCased<deployment.DeploymentWithStatus>;
export type JourneyEvent = CamelCased<events.JourneyEvent>;
export type Blocker = CamelCased<forecast.Blocker>;
export type BlockingDeployment = CamelCased<forecast.BlockingDeployment>;
export type CheckItem = CamelCased<forecast.CheckItem>;
export type Explanation = CamelCased<forecast.Explanation>;
export type Forecast = CamelCased<forecast.Forecast>;
export type Preflight = CamelCased<forecast.Preflight>;
export type QueuedDeployment = CamelCased<forecast.QueuedDeployment>;
export type Reason = CamelCased<forecast.Reason>;
export type StartAttempt = CamelCased<forecast.StartAttempt>;
export type Withholding = CamelCased<forecast.Withholding>;
export type Heartbeat = CamelCased<keeper.Heartbeat>;

export type { Adopted } from "./queue/calls/adoption.js";
export type { DeploymentFilter } from "./queue/calls/boards.js";
export type { CheckFilter, CheckReport } from "./queue/calls/checks.js";
export type {
  ComponentChanges,
  EnvironmentChanges,
  Ordering,
  PolicyChanges,
  PromotionCells,
} from "./queue/calls/environments.js";
export type { Bypass } from "./queue/calls/history.js";
export type { HoldFilter } from "./queue/calls/holds.js";
export type { LiveFilter } from "./queue/calls/line.js";
export type { LogSelection } from "./queue/calls/logs.js";
export type { Area } from "./queue/calls/policies.js";
export type { BadVersionFilter } from "./queue/calls/promotions.js";
export type { BulkCancelOptions, CancelOptions } from "./queue/calls/queueCalls.js";
export type { RoleKind } from "./queue/calls/roles.js";
export type { TokenRequest } from "./queue/calls/tokens.js";
export type { TrustRequest } from "./queue/calls/trusts.js";
export type { Finding } from "./queue/calls/upkeep.js";
export type { WebhookBody, WebhookRequest } from "./queue/calls/webhooks.js";
export type { SubmitRequest } from "./queue/calls/work.js";
export type {
  CancellationKind,
  DeploymentId,
  DeploymentRequest,
  DeploymentStatus,
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
export type { Listener } from "./queue/events.js";
export type { Call } from "./queue/forecast.js";
export type { EnqueueOptions, FinishOptions, KeepingOptions } from "./queue/keeper.js";
export type { JourneyOptions, RunOptions } from "./queue/libraryOptions.js";
