import { statSync } from "node:fs";
import { resolve } from "node:path";
import { setSecret } from "@actions/core";
import { parseFlag } from "../text/flags.js";
import type { CommonInputs } from "./commonInputs.js";
import type { InputReader } from "./inputReader.js";
import { readTurn, type TurnInputs } from "./turnInputs.js";
import { readVerification, type VerificationInputs } from "./verificationInputs.js";

export interface RunInputs extends TurnInputs, VerificationInputs {
  readonly mode: "run";
  /** The text of a script. */
  readonly command: string;
  /** Where it runs. */
  readonly directory: string;
  /** In milliseconds. */
  readonly gracePeriod: number;
  /** Whether what it prints is kept; undefined: as the policy says. */
  readonly keepLog: boolean | undefined;
  /** What is masked in that. */
  readonly secrets: readonly string[];
}

/** In milliseconds: GitHub kills a step 10 seconds after its cancellation, and the end must be told before. */
const defaultGracePeriod = 7_000;

export function readRun(reader: InputReader, common: CommonInputs): RunInputs {
  return {
    ...readTurn(reader, common),
    ...readVerification(reader),
    mode: "run",
    command: reader.required("command"),
    directory: readDirectory(reader),
    gracePeriod: reader.duration("grace-period") ?? defaultGracePeriod,
    keepLog: reader.parsed("log", (text) => parseFlag(text, "log")),
    secrets: [...readMasks(reader), common.slack?.token ?? ""],
  };
}

function readDirectory(reader: InputReader): string {
  const given = reader.optional("working-directory") ?? ".";
  const directory = resolve(process.env["GITHUB_WORKSPACE"] || ".", given);
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    reader.problem(`working-directory: there is no folder ${given}`);
  }
  return directory;
}

/** A secret a line; the runner masks them from now on. */
function readMasks(reader: InputReader): string[] {
  const secrets = (reader.optional("mask") ?? "").split("\n").map((line) => line.trim());
  const given = secrets.filter((secret) => secret !== "");
  for (const secret of given) {
    setSecret(secret);
  }
  return given;
}
