import type { FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { flawsOf } from "./flaws.js";

/**
 * Checks the parts of requests against their schemas. Of what comes as text, only digits are a number, and only "true" and "false" are yes and
 * no: more than that would make a deployment 1 of "true".
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = Compile(schema);
  return (value: unknown) => {
    const read = httpPart === "body" ? value : fromText(schema, value);
    if (check.Check(read)) {
      return { value: read };
    }
    return { error: Object.assign(new Error(flawsOf(schema, check.Errors(read))), { statusCode: 400 }) };
  };
};

function fromText(schema: TSchema, value: unknown): unknown {
  const properties: Readonly<Record<string, { readonly type?: unknown }>> = Object(Reflect.get(schema, "properties"));
  return Object.fromEntries(
    Object.entries(Object(value)).map(([name, text]) => {
      const type = properties[name]?.type;
      if (typeof text !== "string") {
        return [name, text];
      }
      if ((type === "integer" || type === "number") && /^-?\d{1,16}(?:\.\d+)?$/.test(text)) {
        return [name, Number(text)];
      }
      return [name, type === "boolean" && /^(?:true|false)$/.test(text) ? text === "true" : text];
    }),
  );
}
