import { expect, test } from "vitest";
import { Told } from "../../../src/server/streams/told.js";

test("what is told of in one cell is taken together, those cells first that were told of first", () => {
  const told = new Told<{ readonly id: number; readonly cell: string }>();
  const things = ["one", "two", "one", "three", "one"].map((cell, id) => ({ id, cell }));
  for (const thing of [...things, ...things.slice(0, 1)]) {
    told.add(thing);
  }
  told.delete({ id: 9, cell: "four" });

  const ids = (most: number) => told.take(most).map(({ id }) => id);
  expect(told.size).toBe(5);
  expect(ids(2)).toEqual([0, 2]);
  expect(ids(2)).toEqual([4, 1]);
  expect(ids(2)).toEqual([3]);
  expect(told.size).toBe(0);
});
