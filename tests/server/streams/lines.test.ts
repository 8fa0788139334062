import { expect, onTestFinished, test } from "vitest";
import { cellOf, Lines } from "../../../src/server/streams/lines.js";
import { until } from "../../support/until.js";

const cell = (cell_index: number) =>
  cellOf({ environment: "dev", cloud_provider: "aws", region: "lines", cell_index, position: 3 });

test("those who wait in a cell where something happens are read two hundred at a time, each once, and no others", async () => {
  const turns: number[][] = [];
  const began = performance.now();
  const lines = new Lines<number>(
    (moved) => turns.push(moved),
    () => 300,
  );
  onTestFinished(() => lines.stop());
  for (let id = 0; id < 300; id += 1) {
    lines.put(id, cell(id < 250 ? 1 : 2));
  }
  lines.remove(0);
  lines.moved(cell(1));
  lines.moved(cell(1));
  lines.moved(cell(3));

  await until("all were read", () => turns.flat().length >= 249);
  expect(turns.map(({ length }) => length)).toEqual([200, 49]);
  expect(new Set(turns.flat()).size).toBe(249);
  // What takes 300 milliseconds is done each 6 seconds at most.
  expect(performance.now() - began).toBeGreaterThan(11_900);
});
