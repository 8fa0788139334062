import { existsSync, readFileSync } from "node:fs";
import { SourceMap, type SourceMapping } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** What NODE_V8_COVERAGE makes a process write when it ends: counts of nested ranges of characters. */
export interface ProcessCoverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly Range[] }[];
  }[];
}

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** The lines of each source that some process has run, by its path. Bundles are those that have a map beside them. */
export function linesRunIn(processes: Iterable<ProcessCoverage>): Map<string, Set<number>> {
  const bundles = new Map<string, Uint8Array>();
  for (const { result } of processes) {
    for (const { url, functions } of result) {
      const path = url.startsWith("file:") ? fileURLToPath(url) : "";
      if (!existsSync(`${path}.map`)) continue;
      const run = bundles.get(path) ?? new Uint8Array(readFileSync(path, "utf8").length);
      bundles.set(path, run);
      const own = new Uint8Array(run.length);
      const ranges = functions.flatMap(({ ranges }) => ranges);
      // The outer ones first: what is inside says it more exactly.
      ranges.sort((one, other) => one.startOffset - other.startOffset || other.endOffset - one.endOffset);
      for (const { startOffset, endOffset, count } of ranges) own.fill(Math.min(count, 1), startOffset, endOffset);
      for (let index = 0; index < own.length; index += 1) if (own[index] === 1) run[index] = 1;
    }
  }
  const lines = new Map<string, Set<number>>();
  for (const [path, run] of bundles) noteSources(path, run, lines);
  return lines;
}

/** In a bundle each statement has a line of its own; its first character tells. */
function noteSources(path: string, run: Uint8Array, lines: Map<string, Set<number>>): void {
  const map = new SourceMap(JSON.parse(readFileSync(`${path}.map`, "utf8")));
  let offset = 0;
  for (const [index, text] of readFileSync(path, "utf8").split("\n").entries()) {
    const column = text.search(/\S/);
    const origin = column >= 0 && run[offset + column] === 1 ? map.findEntry(index, column) : {};
    if (hasSource(origin)) {
      const source = resolve(dirname(path), origin.originalSource);
      lines.set(source, (lines.get(source) ?? new Set()).add(origin.originalLine + 1));
    }
    offset += text.length + 1;
  }
}

/** What the bundler has added has none. */
function hasSource(entry: SourceMapping | object): entry is SourceMapping {
  return "originalSource" in entry && entry.originalSource !== undefined;
}
