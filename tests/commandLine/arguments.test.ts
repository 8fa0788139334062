import { describe, expect, test } from "vitest";
import { reorderArguments } from "../../src/commandLine/arguments.js";
import { useCommandLine } from "../support/commandLine.js";

const cli = useCommandLine();

describe("reorderArguments", () => {
  test.each([
    ["--skip-migrations finish 42", "finish 42 --skip-migrations"],
    ["cancel --cancellation-note why deployment 42", "cancel deployment 42 --cancellation-note why"],
    ["cancel --cancellation-note=why deployment 42", "cancel deployment 42 --cancellation-note=why"],
    [
      "--skip-migrations cancel --skip-migrations version --version v1",
      "cancel version --version v1 --skip-migrations --skip-migrations",
    ],
    ["cancel deployment 42 --cancellation-note why", "cancel deployment 42 --cancellation-note why"],
    ["run --component a -- --skip-migrations cancel", "run --component a -- --skip-migrations cancel"],
    ["--skip-migrations run -- cancel --cancellation-note x", "run --skip-migrations -- cancel --cancellation-note x"],
    ["cancel --cancellation-note", "cancel --cancellation-note"],
    ["", ""],
  ])("turns %j into %j", (given, expected) => {
    expect(reorderArguments(given.split(" ")).join(" ")).toBe(expected);
  });

  test("keeps a note together that looks like a command", () => {
    expect(reorderArguments(["cancel", "--cancellation-note", "deployment 1", "deployment", "2"])).toEqual([
      ...["cancel", "deployment", "2", "--cancellation-note", "deployment 1"],
    ]);
  });
});

describe("the command line of the predecessor", () => {
  test.each([
    ["cancel --cancellation-note N deployment ID", (id: number) => ["--cancellation-note", "N", "deployment", `${id}`]],
    ["cancel --cancellation-note=N deployment ID", (id: number) => ["--cancellation-note=N", "deployment", `${id}`]],
    ["cancel deployment --cancellation-note=N ID", (id: number) => ["deployment", "--cancellation-note=N", `${id}`]],
    ["cancel deployment ID --cancellation-note N", (id: number) => ["deployment", `${id}`, "--cancellation-note", "N"]],
  ])("works as %s", async (_, options) => {
    const { id } = await cli.enqueue();

    const { code } = await cli.run(["cancel", ...options(id)]);

    expect(code).toBe(0);
    expect(await cli.row(id)).toMatchObject({ status: "cancelled", cancellation_note: "N" });
  });

  test("works as --skip-migrations info ID", async () => {
    const { id } = await cli.enqueue();

    expect(await cli.run(["--skip-migrations", "info", `${id}`])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`^${id} queued api\n`)),
    });
  });
});
