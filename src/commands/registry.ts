import { Builtins, type CommandClass } from "clipanion";
import { CancelDeploymentCommand } from "./cancel/deployment.js";
import { CancelLocationCommand } from "./cancel/location.js";
import { CancelVersionCommand } from "./cancel/version.js";
import { DatabaseStatusCommand } from "./database/status.js";
import { DatabaseStopCommand } from "./database/stop.js";
import { DatabaseUrlCommand } from "./database/url.js";
import { DoctorCommand } from "./doctor.js";
import { EnvironmentListCommand } from "./environment/list.js";
import { EnvironmentSetCommand } from "./environment/set.js";
import { FinishCommand } from "./finish.js";
import { HeartbeatDeploymentCommand } from "./heartbeat/deployment.js";
import { HeartbeatUrlCommand } from "./heartbeat/url.js";
import { HistoryCommand } from "./history.js";
import { InfoCommand } from "./info.js";
import { ListCellsCommand } from "./list/cells.js";
import { ListOutliersCommand } from "./list/outliers.js";
import { ListQueueCommand } from "./list/queue.js";
import { MigrateCommand } from "./migrate.js";
import { RolesCreateCommand } from "./roles/create.js";
import { RunCommand } from "./run.js";
import { StartCommand } from "./start.js";
import { WorkerCommand } from "./worker.js";

/** Every command of the command line. */
export const commands: readonly CommandClass[] = [
  Builtins.HelpCommand,
  Builtins.VersionCommand,
  StartCommand,
  RunCommand,
  FinishCommand,
  InfoCommand,
  HistoryCommand,
  MigrateCommand,
  CancelDeploymentCommand,
  CancelVersionCommand,
  CancelLocationCommand,
  ListCellsCommand,
  ListQueueCommand,
  ListOutliersCommand,
  HeartbeatDeploymentCommand,
  HeartbeatUrlCommand,
  EnvironmentListCommand,
  EnvironmentSetCommand,
  DatabaseStatusCommand,
  DatabaseStopCommand,
  DatabaseUrlCommand,
  WorkerCommand,
  RolesCreateCommand,
  DoctorCommand,
];
