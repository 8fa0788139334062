import { InvalidValueError } from "../database/errors.js";
import type { Location, Whereabouts } from "../queue/deployment.js";
import { parseCellIndex } from "../text/numbers.js";

/** The parts of a place, the broadest first: each is a part of the one before it. */
export const placeParts = ["environment", "cloudProvider", "region", "cellIndex"] as const;

/** What the command line, variables or a file say of a place and a component. */
export interface PlaceAndComponent extends Whereabouts {
  /** The name of a cell, which stands for all of a place. */
  readonly cell?: string | undefined;
  readonly component?: string | undefined;
}

export type Setting = keyof PlaceAndComponent;

export const settings = ["cell", ...placeParts, "component"] as const satisfies readonly Setting[];

const keys: { readonly [Name in Setting]: string } = {
  cell: "cell",
  environment: "environment",
  cloudProvider: "provider",
  region: "region",
  cellIndex: "cell-index",
  component: "component",
};

/** As the file writes it. */
export function keyOf(setting: Setting): string {
  return keys[setting];
}

export function optionOf(setting: Setting): string {
  return `--${keys[setting]}`;
}

export function variableOf(setting: Setting): string {
  return `DEPLOY_QUEUE_${keys[setting].replace("-", "_").toUpperCase()}`;
}

/**
 * Reads texts, of which an empty one says nothing.
 * @param nameOf what a message calls a setting
 * @throws InvalidValueError for an index that is no number
 */
export function readSettings(
  textOf: (setting: Setting) => string | undefined,
  nameOf: (setting: Setting) => string,
): PlaceAndComponent {
  const text = (setting: Setting): string | undefined => textOf(setting)?.trim() || undefined;
  const index = text("cellIndex");
  return {
    cell: text("cell"),
    environment: text("environment"),
    cloudProvider: text("cloudProvider"),
    region: text("region"),
    cellIndex: index === undefined ? undefined : parseCellIndex(index, nameOf("cellIndex")),
    component: text("component"),
  };
}

export function missingError(missing: readonly Setting[], hint?: string): InvalidValueError {
  const names = missing.map(optionOf).join(", ");
  return new InvalidValueError(`${names} ${missing.length > 1 ? "are" : "is"} missing`, { hint });
}

/** @throws InvalidValueError that names those of the parts that are not there */
export function requireParts<Part extends keyof Location>(
  where: Whereabouts,
  parts: readonly Part[],
): asserts where is Whereabouts & Pick<Location, Part> {
  const missing = parts.filter((part) => where[part] === undefined);
  if (missing.length > 0) {
    throw missingError(missing, "Or name a known cell with --cell.");
  }
}
