import { Builtins, type CommandClass } from "clipanion";
import { AdoptCommand } from "../commands/adopt.js";
import { BumpCommand } from "../commands/bump.js";
import { CancelDeploymentCommand } from "../commands/cancel/deployment.js";
import { CancelLocationCommand } from "../commands/cancel/location.js";
import { CancelVersionCommand } from "../commands/cancel/version.js";
import { DatabaseStatusCommand } from "../commands/database/status.js";
import { DatabaseStopCommand } from "../commands/database/stop.js";
import { DatabaseUrlCommand } from "../commands/database/url.js";
import { DoctorCommand } from "../commands/doctor.js";
import { EnvironmentListCommand } from "../commands/environment/list.js";
import { EnvironmentSetCommand } from "../commands/environment/set.js";
import { ExplainCommand } from "../commands/explain.js";
import { FinishCommand } from "../commands/finish.js";
import { FreezeCommand } from "../commands/freeze.js";
import { HeartbeatDeploymentCommand } from "../commands/heartbeat/deployment.js";
import { HeartbeatUrlCommand } from "../commands/heartbeat/url.js";
import { HistoryCommand } from "../commands/history.js";
import { InfoCommand } from "../commands/info.js";
import { ListCellsCommand } from "../commands/list/cells.js";
import { ListFreezesCommand } from "../commands/list/freezes.js";
import { ListOutliersCommand } from "../commands/list/outliers.js";
import { ListQueueCommand } from "../commands/list/queue.js";
import { ListRunningCommand } from "../commands/list/running.js";
import { ListStagedCommand } from "../commands/list/staged.js";
import { ListWindowsCommand } from "../commands/list/windows.js";
import { MigrateCommand } from "../commands/migrate.js";
import { PurgeCommand } from "../commands/purge.js";
import { ReleaseCommand } from "../commands/release.js";
import { RolesCreateCommand } from "../commands/roles/create.js";
import { RunCommand } from "../commands/run.js";
import { StageCommand } from "../commands/stage.js";
import { StartCommand } from "../commands/start.js";
import { ThawCommand } from "../commands/thaw.js";
import { WindowAddCommand } from "../commands/window/add.js";
import { WindowRemoveCommand } from "../commands/window/remove.js";
import { WorkerCommand } from "../commands/worker.js";
import { HelpCommand } from "./help.js";

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
