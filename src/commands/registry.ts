import { Builtins, type CommandClass } from "clipanion";
import { AdoptCommand } from "./adopt.js";
import { BumpCommand } from "./bump.js";
import { CancelDeploymentCommand } from "./cancel/deployment.js";
import { CancelLocationCommand } from "./cancel/location.js";
import { CancelVersionCommand } from "./cancel/version.js";
import { DatabaseStatusCommand } from "./database/status.js";
import { DatabaseStopCommand } from "./database/stop.js";
import { DatabaseUrlCommand } from "./database/url.js";
import { DoctorCommand } from "./doctor.js";
import { EnvironmentListCommand } from "./environment/list.js";
import { EnvironmentSetCommand } from "./environment/set.js";
import { ExplainCommand } from "./explain.js";
import { FinishCommand } from "./finish.js";
import { FreezeCommand } from "./freeze.js";
import { HeartbeatDeploymentCommand } from "./heartbeat/deployment.js";
import { HeartbeatUrlCommand } from "./heartbeat/url.js";
import { HelpCommand } from "./help.js";
import { HistoryCommand } from "./history.js";
import { InfoCommand } from "./info.js";
import { ListCellsCommand } from "./list/cells.js";
import { ListFreezesCommand } from "./list/freezes.js";
import { ListOutliersCommand } from "./list/outliers.js";
import { ListQueueCommand } from "./list/queue.js";
import { ListRunningCommand } from "./list/running.js";
import { ListStagedCommand } from "./list/staged.js";
import { ListWindowsCommand } from "./list/windows.js";
import { MigrateCommand } from "./migrate.js";
import { PurgeCommand } from "./purge.js";
import { ReleaseCommand } from "./release.js";
import { RolesCreateCommand } from "./roles/create.js";
import { RunCommand } from "./run.js";
import { StageCommand } from "./stage.js";
import { StartCommand } from "./start.js";
import { ThawCommand } from "./thaw.js";
import { WindowAddCommand } from "./window/add.js";
import { WindowRemoveCommand } from "./window/remove.js";
import { WorkerCommand } from "./worker.js";

/** Every command of the command line. */
export const commands: readonly CommandClass[] = [
  HelpCommand,
  Builtins.VersionCommand,
  StartCommand,
  RunCommand,
  FinishCommand,
  InfoCommand,
  HistoryCommand,
  ExplainCommand,
  BumpCommand,
  StageCommand,
  ReleaseCommand,
  PurgeCommand,
  FreezeCommand,
  ThawCommand,
  WindowAddCommand,
  WindowRemoveCommand,
  MigrateCommand,
  CancelDeploymentCommand,
  CancelVersionCommand,
  CancelLocationCommand,
  ListCellsCommand,
  ListQueueCommand,
  ListRunningCommand,
  ListOutliersCommand,
  ListStagedCommand,
  ListFreezesCommand,
  ListWindowsCommand,
  HeartbeatDeploymentCommand,
  HeartbeatUrlCommand,
  EnvironmentListCommand,
  EnvironmentSetCommand,
  DatabaseStatusCommand,
  DatabaseStopCommand,
  DatabaseUrlCommand,
  WorkerCommand,
  RolesCreateCommand,
  AdoptCommand,
  DoctorCommand,
];
