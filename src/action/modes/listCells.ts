import { info, setOutput } from "@actions/core";
import type { Queue } from "../../queue/queue.js";
import { cellsText, matrixEntry } from "../../text/describe.js";
import type { ListCellsInputs } from "../inputs.js";

export async function listCells(queue: Queue, { environment }: ListCellsInputs): Promise<void> {
  const cells = await queue.boards.cells(environment);
  setOutput("cells", cells.map(matrixEntry));
  info(cellsText(environment, cells));
}
