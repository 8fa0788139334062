import type { Writable } from "node:stream";
import type { LogChunk } from "../queue/calls/logs.js";
import { jsonText } from "../text/printable.js";
import { replayable } from "../text/replayable.js";

export interface LogPrinterOptions {
  readonly json: boolean;
  /** Whether what is printed could steer what reads it: a terminal, or the runner of a workflow. */
  readonly isSteered: boolean;
}

/**
 * Prints chunks of a log, as slowly as they are read; a note of its writer stands in a line of its own.
 * @returns what prints, and tells whether the output still takes anything
 */
export function createLogPrinter(
  output: Writable,
  { json, isSteered }: LogPrinterOptions,
): (chunks: readonly LogChunk[]) => Promise<boolean> {
  let isInLine = false;
  const textOf = ({ stream, content }: LogChunk): string => {
    const text = isSteered ? replayable(content, isInLine) : content;
    const whole = stream === "note" ? `${isInLine ? "\n" : ""}deploy-queue: ${text}` : text;
    isInLine = !whole.endsWith("\n");
    return whole;
  };
  return (chunks) => {
    const text = chunks.map((chunk) => (json ? `${jsonText(chunk)}\n` : textOf(chunk))).join("");
    return new Promise((resolve) => output.write(text, (error) => resolve(!error)));
  };
}
