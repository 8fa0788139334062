import { expect, test } from "vitest";
import { renderTable } from "../../src/tables/table.js";

test("a table is columns of text without borders, colours or trailing blanks", () => {
  const rows = [
    ["1", "long value", "x"],
    ["1000", "v", ""],
  ];

  expect(renderTable(["id", "value", "z"], rows).split("\n")).toEqual([
    "id    value       z",
    "1     long value  x",
    "1000  v",
  ]);
});

test("a table without rows is its head", () => {
  expect(renderTable(["one", "two"], [])).toBe("one  two");
});

test("text in a table steers no terminal and begins no line", () => {
  expect(renderTable(["head"], [["a\u001b[31m\nb\u202e"]])).toBe("head\na b");
});

test("no line of a table begins with what GitHub's runner takes for a command", () => {
  expect(renderTable(["head"], [["::error::"], [":one"]])).toBe("head\n: :error::\n:one");
});
