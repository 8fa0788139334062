import type { Database } from "../database/database.js";

/** A duration among arguments, in seconds. */
export class Seconds {
  readonly value: number | null;

  constructor(value: number | null | undefined) {
    this.value = value ?? null;
  }
}

/** An argument that may be anything that JSON can say; undefined is null. */
export class Json {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** undefined is null. */
export type Argument =
  | string
  | number
  | boolean
  | Date
  | Buffer
  | readonly string[]
  | readonly number[]
  | Seconds
  | Json
  | null
  | undefined;
/** Of a function, each by its name. */
export type Arguments = Readonly<Record<string, Argument>>;

/** Which parts of each row come. */
export interface Shape {
  /** The fields that are wanted; all without it. */
  readonly fields?: readonly string[] | undefined;
  /** A field that is a row itself: its fields come in its place. */
  readonly unfold?: string | undefined;
}

export interface CallOptions extends Shape {
  /** Whether it changes something, on behalf of the actor. */
  readonly changes?: boolean;
  /** Milliseconds without an answer after which it is given up. */
  readonly timeout?: number | undefined;
}

export type Condition = string | number | readonly string[] | readonly number[] | undefined;

/** Which rows of a view come, and in which order. What is undefined selects nothing out. */
export interface Look {
  /** What fields equal: this value, or one of these. */
  readonly where?: Readonly<Record<string, Condition>> | undefined;
  /** The least that fields are. */
  readonly from?: Readonly<Record<string, Date>> | undefined;
  /** Fields; one that begins with "-" is descending. */
  readonly order?: readonly string[];
  readonly limit?: number | undefined;
  readonly fields?: readonly string[] | undefined;
  readonly timeout?: number | undefined;
}

/**
 * Where the queue is: a database, or a server in front of one. What the functions of the queue refuse is an error of errors.ts. Rows have the
 * same form from both: moments are dates, durations are numbers of seconds; a function that gives back single values gives rows with the field "answer".
 */
export interface Source {
  /** For people. */
  readonly target: string;
  /** Who acts, for the record. */
  readonly actor: string | undefined;
  /** @throws InvalidValueError where there is only a server */
  readonly database: Database;

  call<Row extends object>(name: string, values: Arguments, options?: CallOptions): Promise<Row[]>;
  look<Row extends object>(view: string, look: Look): Promise<Row[]>;
  /** @throws DatabaseUnavailableError when what was answered last may be the answer of a former primary */
  proveItWrites(): Promise<void>;

  /**
   * Listens on a channel; does nothing when it does so already. To be called before each check.
   * @param keeper the name that the caller has drawn for itself, on the channel of its deployment
   */
  listen(channel: string, keeper?: string): Promise<void>;
  /**
   * Whether somebody else renews the lease of what waits while this listens on its channel, and tells of each moment at which time alone
   * changes something.
   */
  isKept(channel: string): boolean;
  unlisten(channel: string): Promise<void>;
  /**
   * Calls back at each notification on a channel, and when notifications may have been lost. Does not listen by itself.
   * @returns a function that ends this
   */
  onWakeUp(channel: string, callback: () => void): () => void;
  /** Whether notifications on a channel that it listens on arrive; undefined when that cannot be told now. */
  notificationsArrive(channel: string): Promise<boolean | undefined>;
  /** From now on each transition notifies the channel of all transitions. */
  followTransitions(): Promise<void>;
  unfollowTransitions(): Promise<void>;

  /** Notifications arrive: the session is one of its own. */
  ownsSession(): void;
  /** Lets others have the connection after a while, where it is a shared one. @returns milliseconds after which to call it again */
  giveWay(): Promise<number>;
  /** @returns a function that leaves the connection of this moment to the calls that still wait for answers on it */
  leaver(): () => void;
  close(): Promise<void>;
}
