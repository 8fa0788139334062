import { type TObject, type TSchema, Type } from "typebox";
import { DeploymentId, Place, text, Work } from "../schemas.js";

/** A call of a function of the queue: its arguments are those of the path and of the body. */
export interface Operation {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  /** Behind /v1, with {names} as OpenAPI writes them. */
  readonly path: string;
  readonly calls: string;
  readonly summary: string;
  readonly tag: string;
  readonly body?: TObject;
  readonly answer: TSchema;
  /** It gives back many rows. */
  readonly many?: boolean;
  readonly created?: boolean;
  /** A body as people would send it. */
  readonly example?: object;
}

/** Reading a view, or a function that only reads. */
export interface Reading {
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly view?: string;
  readonly calls?: string;
  /** Fields that a query may give a value for. */
  readonly filters: readonly string[];
  /** The field by which pages follow each other; none: all rows come at once, at most 1,000. */
  readonly by?: string;
  readonly descending?: boolean;
  /** Of a function: those that a query must have. */
  readonly needs?: readonly string[];
  readonly answer: TSchema;
}

export const keeper = Type.Optional(text("The name that its process has drawn for itself", 200));
export const confirmation = Type.Optional(text("The phrase that the environment asks for", 100));
export const why = Type.Optional(text("Why, for the record", 10_000));
export const reason = text("Why, for the record", 10_000);
export const none = Type.Object({}, { additionalProperties: false });

/** The names in paths. */
export const pathNames: Readonly<Record<string, TSchema>> = {
  ...Place,
  component: Work.component,
  deployment_id: DeploymentId,
  freeze_id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
  window_id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
};
