import { InvalidValueError } from "../database/errors.js";
import type { Location } from "../queue/deployment.js";
import { readDefaultsFile } from "./defaultsFile.js";
import {
  missingError,
  optionOf,
  type PlaceAndComponent,
  placeParts,
  readSettings,
  type Setting,
  settings,
  variableOf,
} from "./placeParts.js";

/** Where values come from: the command line, the variables, or the file. */
export interface Source extends PlaceAndComponent {
  /** How a person finds one of its values. */
  readonly nameOf: (setting: Setting) => string;
}

export function commandLineSource(options: PlaceAndComponent): Source {
  return { ...options, nameOf: optionOf };
}

/** What variables and the file say, the variables first. */
export async function defaultSources(
  env: Readonly<Record<string, string | undefined>>,
  directory?: string,
): Promise<Source[]> {
  const variables = { ...readSettings((setting) => env[variableOf(setting)], variableOf), nameOf: variableOf };
  const file = await readDefaultsFile(env, directory);
  return file === undefined ? [variables] : [variables, { ...file, nameOf: () => file.path }];
}

/** The source that each setting is taken from. */
export type Choice = { readonly [Name in Setting]?: Source };

/**
 * Chooses each value from the first source that has it. Two places are never mixed: a source adds only parts that are broader than
 * all parts before it, since cell 1 of another region is another cell. A name of a cell is taken as a whole or not at all.
 * @throws InvalidValueError when a source names a cell and also parts of a place
 */
export function choose(sources: readonly Source[]): Choice {
  const choice: { [Name in Setting]?: Source } = {};
  let broadest: number = placeParts.length;
  for (const source of sources) {
    const parts = placeParts.filter((part) => source[part] !== undefined);
    if (source.cell !== undefined && parts.length > 0) {
      throw mixedError(source, parts);
    }
    if (source.cell !== undefined && broadest === placeParts.length) {
      choice.cell = source;
      broadest = 0;
    }
    const added = parts.filter((part) => placeParts.indexOf(part) < broadest);
    for (const part of added) {
      choice[part] = source;
    }
    broadest = Math.min(broadest, ...added.map((part) => placeParts.indexOf(part)));
    if (source.component !== undefined) {
      choice.component ??= source;
    }
  }
  return choice;
}

function mixedError(source: Source, parts: readonly Setting[]): InvalidValueError {
  const cell = source.nameOf("cell");
  const others = [...new Set(parts.map(source.nameOf))].join(", ");
  const message =
    others === cell ? `${cell} names a cell and also parts of a place` : `${cell} and ${others} do not go together`;
  return new InvalidValueError(message, { hint: "The name of a cell says all of its place." });
}

/** A cell by its name, or a whole place. */
export type WantedPlace = { readonly cell: string } | Location;

export interface Wanted {
  readonly place: WantedPlace;
  readonly component: string;
}

/** @throws InvalidValueError that names what is missing, and what is there but not used */
export function wantedOf(sources: readonly Source[]): Wanted {
  const choice = choose(sources);
  const { component } = choice.component ?? {};
  const place = placeOf(choice);
  if (place === undefined) {
    const missing = [...placeParts, "component" as const].filter((setting) => choice[setting] === undefined);
    throw missingError(missing, hintOfMissing(sources, choice, missing));
  }
  if (component === undefined) {
    throw missingError(["component"]);
  }
  return { place, component };
}

function placeOf(choice: Choice): WantedPlace | undefined {
  const { cell } = choice.cell ?? {};
  const { environment } = choice.environment ?? {};
  const { cloudProvider } = choice.cloudProvider ?? {};
  const { region } = choice.region ?? {};
  const { cellIndex } = choice.cellIndex ?? {};
  if (cell !== undefined) {
    return { cell };
  }
  const isWhole =
    environment !== undefined && cloudProvider !== undefined && region !== undefined && cellIndex !== undefined;
  return isWhole ? { environment, cloudProvider, region, cellIndex } : undefined;
}

function hintOfMissing(sources: readonly Source[], choice: Choice, missing: readonly Setting[]): string {
  const isWanted = (setting: Setting): boolean => setting === "cell" || missing.includes(setting);
  const unused = sources.flatMap((source) => unusedOf(source, choice).filter(isWanted).map(source.nameOf));
  return unused.length === 0
    ? "Or name a known cell with --cell."
    : `Not used, because a broader part of the place is given before it: ${[...new Set(unused)].join(", ")}.`;
}

/** What a source says and is not chosen. */
export function unusedOf(source: Source, choice: Choice): Setting[] {
  return settings.filter((setting) => source[setting] !== undefined && choice[setting] !== source);
}
