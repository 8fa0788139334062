import type { PolicyChanges } from "../queue/calls/environments.js";
import {
  bytesOrNone,
  flagOption,
  given,
  namesOrNone,
  numberOrNone,
  orderingOrNone,
  promotionCellsOrNone,
  secondsOrNone,
  switchOrNone,
  textOrNone,
} from "./policyValues.js";
import { QueueCommand } from "./queueCommand.js";
import { valueOption } from "./values.js";

/** A command that says what an environment or a component demands: an option for each policy. */
export abstract class PolicyCommand extends QueueCommand {
  bufferTime = valueOption(
    "--buffer-time",
    "How long a cell cools down after a deployment, such as 10m",
    secondsOrNone,
  );
  heartbeatTimeout = valueOption(
    "--heartbeat-timeout",
    "After how long without heartbeats a deployment is reaped, such as 15m",
    secondsOrNone,
  );
  maxDuration = valueOption(
    "--max-duration",
    "After how long a running deployment is reaped that brought no limit of its own, such as 2h, or none",
    secondsOrNone,
  );
  unkeptAfter = valueOption(
    "--unkept-after",
    "After how long a deployment that runs without heartbeats is told of as one that needs a look; 1h by default",
    secondsOrNone,
  );
  ordering = valueOption(
    "--ordering",
    "sequential: all run, in order (default); latest: only the newest waiting one stays; latest-ready: the newest that is not reserved goes first",
    orderingOrNone,
  );
  slots = valueOption("--slots", "How many may run in a cell at once, 1 by default", numberOrNone);
  refuseOutdated = flagOption(
    "--refuse-outdated",
    "Nothing starts after a higher sequence of its component has started; --no-refuse-outdated ends that",
  );
  maxReservation = valueOption(
    "--max-reservation",
    "For how long a place may be reserved; 4h by default",
    secondsOrNone,
  );
  confirmation = valueOption(
    "--confirmation",
    "The phrase that a deployment must bring, such as into-production",
    textOrNone,
  );
  approvals = valueOption("--approvals", "How many others must approve a deployment, such as 2", numberOrNone);
  approvers = valueOption(
    "--approvers",
    "The database role that approvers need; otherwise deploy_queue_approver",
    textOrNone,
  );
  promoteFrom = valueOption(
    "--promote-from",
    "The environment in which a version must have finished before",
    textOrNone,
  );
  promotionCells = valueOption(
    "--promotion-cells",
    "Where it must have finished there: same-region, any (default), or all known cells",
    promotionCellsOrNone,
  );
  soak = valueOption("--soak", "How long ago it must have finished there, such as 30m", secondsOrNone);
  sameArtifact = flagOption("--same-artifact", "It must have finished there with the same artifact");
  requireChecks = valueOption(
    "--require-checks",
    "The checks that must have passed for a version, such as e2e,load",
    namesOrNone,
  );
  requireVerification = flagOption("--require-verification", "A deployment finishes only when it has been verified");
  gateRollbacks = flagOption("--gate-rollbacks", "A rollback needs promotion and checks, too");
  holdAfterFailure = flagOption(
    "--hold-line-after-failure",
    "After a failed deployment nothing starts in that cell until release-line, but its rollback",
  );
  log = valueOption("--log", "on: what commands print is kept, unless run has --no-log; off by default", switchOrNone);
  logLimit = valueOption("--log-limit", "How much of it is kept of each deployment, 10MiB by default", bytesOrNone);
  logRetention = valueOption("--log-retention", "For how long after its end, 30d by default", secondsOrNone);

  protected get values(): PolicyChanges {
    return {
      bufferTime: given(this.bufferTime),
      heartbeatTimeout: given(this.heartbeatTimeout),
      unkeptAfter: given(this.unkeptAfter),
      maxDuration: given(this.maxDuration),
      ordering: given(this.ordering),
      slots: given(this.slots),
      refuseOutdated: given(this.refuseOutdated),
      maxReservation: given(this.maxReservation),
      confirmation: given(this.confirmation),
      approvals: given(this.approvals),
      approvers: given(this.approvers),
      promoteFrom: given(this.promoteFrom),
      promotionCells: given(this.promotionCells),
      soak: given(this.soak),
      sameArtifact: given(this.sameArtifact),
      requireChecks: given(this.requireChecks),
      requireVerification: given(this.requireVerification),
      gateRollbacks: given(this.gateRollbacks),
      holdAfterFailure: given(this.holdAfterFailure),
      log: given(this.log),
      logLimit: given(this.logLimit),
      logRetention: given(this.logRetention),
    };
  }
}
