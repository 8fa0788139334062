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

const wide = [
  ["1", "prod-aws-us-west-2-cell-1", "41 web@v7 running for 3m, usually 5m"],
  ["2", "prod-aws-us-west-2-cell-10", ""],
];

test("on a narrow terminal the widest columns are cut, and the name of a cell is not", () => {
  expect(renderTable(["pos", "cell", "for"], wide, 50).split("\n")).toEqual([
    "pos  cell                        for",
    "1    prod-aws-us-west-2-cell-1   41 web@v7 runnin…",
    "2    prod-aws-us-west-2-cell-10",
  ]);
});

test("where cutting is not enough, each row takes several lines and nothing of it is cut", () => {
  expect(renderTable(["pos", "cell", "for"], wide, 30).split("\n")).toEqual([
    "pos 1",
    "    cell prod-aws-us-west-2-cell-1",
    "    for 41 web@v7 running for 3m, usually 5m",
    "pos 2",
    "    cell prod-aws-us-west-2-cell-10",
  ]);
});

test("a column is as wide as a terminal shows its texts", () => {
  expect(
    renderTable(
      ["name", "z"],
      [
        ["世界世界", "x"],
        ["a", "y"],
      ],
      20,
    ),
  ).toBe("name      z\n世界世界  x\na         y");
});
