/** "cloud_provider" is cloudProvider. */
type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** A row of the database, or what is made of rows, as the library gives it: all fields are in camelCase. */
export type CamelCased<Value> = Value extends Date | Error | ((...given: never[]) => unknown)
  ? Value
  : Value extends readonly unknown[]
    ? { [Index in keyof Value]: CamelCased<Value[Index]> }
    : Value extends object
      ? { [Field in keyof Value as Field extends string ? CamelCase<Field> : Field]: CamelCased<Value[Field]> }
      : Value;

/** Calls by subject, whose answers are in camelCase. */
export type InCamelCase<Calls> = {
  readonly [Name in keyof Calls]: Calls[Name] extends (...given: infer Given) => Promise<infer Answer>
    ? (...given: Given) => Promise<CamelCased<Answer>>
    : InCamelCase<Calls[Name]>;
};

/** Their fields are no names of ours: arguments of a function of the database, and what a client has said. */
const verbatim = new Set(["arguments", "claims", "details"]);

export function camelCased<Value>(value: Value): CamelCased<Value>;
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((each: unknown) => camelCased(each));
  }
  if (typeof value !== "object" || value === null || !isPlain(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, field]: [string, unknown]) => [
      camelCase(name),
      verbatim.has(name) ? field : camelCased(field),
    ]),
  );
}

export function inCamelCase<Calls extends object>(calls: Calls): InCamelCase<Calls>;
export function inCamelCase(calls: object): object {
  return new Proxy(calls, {
    get: (target, name): unknown => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") {
        return typeof member === "object" && member !== null ? inCamelCase(member) : member;
      }
      return async (...given: unknown[]) => camelCased(await Reflect.apply(member, target, given));
    },
  });
}

/** "cloudProvider" is cloud_provider. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function camelCase(name: string): string {
  return name.replace(/_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
