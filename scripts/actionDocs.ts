import { parse } from "yaml";
import { markdownTable } from "./markdownTable.js";

interface Entry {
  readonly description: string;
  readonly default?: string;
}

/** A page with the tables of inputs and outputs in it as action.yml has them. */
export function actionDocs(page: string, actionFile: string): string {
  const action: { inputs: Record<string, Entry>; outputs: Record<string, Entry> } = parse(actionFile);
  const inputs = Object.entries(action.inputs)
    .filter(([, { description }]) => !description.startsWith("Filled in by GitHub"))
    .map(([name, entry]) => [`\`${name}\``, entry.description, entry.default ? `\`${entry.default}\`` : ""]);
  const outputs = Object.entries(action.outputs).map(([name, entry]) => [`\`${name}\``, entry.description]);
  const withInputs = replace(page, "inputs", [["input", "", "default"], ...inputs]);
  return replace(withInputs, "outputs", [["output", ""], ...outputs]);
}

function replace(page: string, name: string, rows: readonly (readonly string[])[]): string {
  const [begin, end] = [`<!-- ${name}: generated from action.yml -->`, `<!-- end of ${name} -->`];
  const [before, rest = ""] = page.split(begin);
  const [, after] = rest.split(end);
  if (after === undefined) {
    throw new Error(`the page has no place for ${name}: ${begin} … ${end}`);
  }
  return [before, begin, "\n\n", markdownTable(rows), "\n\n", end, after].join("");
}
