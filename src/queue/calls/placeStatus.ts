import { cellName } from "../../text/describe.js";
import type { Cell, DeploymentId, Whereabouts } from "../deployment.js";
import type { Call, QueuedDeployment } from "../forecast.js";
import type { RunningDeployment, StuckDeployment } from "./boards.js";
import type { StagedDeployment } from "./holds.js";
import type { Freeze, HeldLine, MaintenanceWindow } from "./policies.js";
import type { QueueCalls } from "./queueCalls.js";

/** Something that needs a look, and calls of which each may end it. */
export interface Problem {
  /** silent, unkept, slow or idle of a deployment; line-held of a cell; else the name of what is not well in the database. */
  readonly kind: string;
  readonly deployment_id: number | null;
  readonly since: Date | null;
  readonly text: string;
  readonly cures: readonly Call[];
}

/** A cell with all that is in it. */
export interface CellStatus {
  readonly cell: Cell & { readonly slots: number };
  readonly holders: readonly RunningDeployment[];
  /** In the order of the line. */
  readonly waiting: readonly QueuedDeployment[];
  /** On hold outside the line. */
  readonly held: readonly StagedDeployment[];
}

/** Everything about a place. */
export interface PlaceStatus {
  readonly as_of: Date;
  readonly problems: readonly Problem[];
  readonly freezes: readonly Freeze[];
  readonly windows: readonly MaintenanceWindow[];
  readonly cells: readonly CellStatus[];
}

/** Frees the cell of a deployment that was asked to stop, whatever still works there. */
export function freeingCall(id: DeploymentId): Call {
  return { function: "cancel", arguments: { deployment_id: String(id), force: "true" } };
}

/** A row about a place; a part that is null or not there stands for all. */
export interface Placed {
  readonly environment: string;
  readonly cloud_provider?: string | null;
  readonly region?: string | null;
  readonly cell_index?: number | null;
}

/** Whether a row is about a place, or about a part of it or more than it. */
export function isAbout(row: Placed, place: Whereabouts): boolean {
  return (
    fits(row.environment, place.environment) &&
    fits(row.cloud_provider, place.cloudProvider) &&
    fits(row.region, place.region) &&
    fits(row.cell_index, place.cellIndex)
  );
}

function fits<Part>(actual: Part | null | undefined, wanted: Part | undefined): boolean {
  return actual === null || actual === undefined || wanted === undefined || actual === wanted;
}

/** Reads all that is shown of a place. */
export async function placeStatus(queue: QueueCalls, place: Whereabouts): Promise<PlaceStatus> {
  const { environment } = place;
  const [as_of, cells, holders, waiting, staged, stuck, freezes, windows, heldLines, health] = await Promise.all([
    queue.moment("PT0S"),
    queue.cells.all(),
    queue.boards.holders(environment),
    queue.line.queued(environment),
    queue.holds.staged({ environment }),
    queue.boards.stuck(),
    queue.policies.freezes(environment),
    queue.policies.windows(environment),
    queue.policies.heldLines(environment),
    queue.upkeep.health(),
  ]);
  const within = cells
    .map((cell) => ({ ...cell, cell_index: cell.index }))
    .filter((cell) => isAbout(cell, place))
    .map(({ cell_index: _, ...cell }) => {
      const where = {
        ...{ environment: cell.environment, cloudProvider: cell.cloud_provider },
        ...{ region: cell.region, cellIndex: cell.index },
      };
      const there = <Row extends Placed>(rows: readonly Row[]): Row[] => rows.filter((row) => isAbout(row, where));
      const held = there(staged).filter(({ hold }) => hold === "outside");
      return { cell, holders: there(holders), waiting: there(waiting), held };
    });
  const stopping = new Set(
    holders.filter(({ status }) => status === "stopping").map(({ deployment_id }) => deployment_id),
  );
  const ids = new Set(within.flatMap((one) => [...one.holders, ...one.waiting].map((row) => row.deployment_id)));
  return {
    as_of,
    problems: [
      ...stuck
        .filter(({ deployment_id }) => ids.has(deployment_id))
        .map((one) => ({ ...one, cures: curesOf(one, stopping.has(one.deployment_id)) })),
      ...heldLines.filter((line) => isAbout(line, place)).map(heldLineProblem),
      ...health
        .filter(({ status }) => status === "failed")
        .map(({ name: kind, text }) => ({ kind, deployment_id: null, since: null, text, cures: [] })),
    ],
    freezes: freezes.filter((freeze) => isAbout(freeze, place)),
    windows,
    cells: within,
  };
}

function heldLineProblem({ deployment_id, held_at: since, actor, reason, ...cell }: HeldLine): Problem {
  const { environment, cloud_provider, region, cell_index } = cell;
  const name = cellName({ environment, cloud_provider, region, index: cell_index });
  const place = { environment, cloud_provider, region, cell_index: String(cell_index) };
  return {
    ...{ kind: "line-held", deployment_id, since },
    text: `the line of ${name} is held by ${actor}: ${reason}`,
    cures: [{ function: "release_line", arguments: place }],
  };
}

/** @param isStopping whether it was asked to stop already */
function curesOf({ kind, deployment_id: id }: StuckDeployment, isStopping: boolean): Call[] {
  const call = (name: string): Call => ({ function: name, arguments: { deployment_id: String(id) } });
  const cancel = isStopping ? freeingCall(id) : call("cancel");
  switch (kind) {
    case "unkept":
      return [call("finish"), cancel];
    case "slow":
      return [call("history"), cancel];
    default:
      return [cancel];
  }
}
