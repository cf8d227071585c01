import { z } from "zod";
import type { Operation } from "./operation.ts";

const jsonSchema = (schema: z.ZodType, io: "input" | "output"): unknown =>
  z.toJSONSchema(schema, { io, unrepresentable: "any", target: "openapi-3.0" });

const parameters = (schema: z.ZodType, where: "path" | "query"): unknown[] => {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === "path" || required.includes(name),
    schema: property,
  }));
};

const describeOperation = (operation: Operation): unknown => {
  const { schemas, access } = operation;
  const hasBody = !(schemas.body instanceof z.ZodUndefined);
  return {
    summary: operation.summary,
    operationId: `${operation.method.toLowerCase()}${operation.path.replace(/[^a-zA-Z0-9]+(.)/g, (_, next: string) => next.toUpperCase())}`,
    ...(access.kind === "public"
      ? { security: [], "x-public-because": access.reason }
      : { "x-permissions": access.permissions }),
    parameters: [...parameters(schemas.params, "path"), ...parameters(schemas.query, "query")],
    ...(hasBody
      ? {
          requestBody: {
            required: true,
            content: { "application/json": { schema: jsonSchema(schemas.body, "input") } },
          },
        }
      : {}),
    responses: {
      "2XX": {
        description: "Done",
        ...(schemas.response === null
          ? {}
          : { content: { "application/json": { schema: jsonSchema(schemas.response, "output") } } }),
      },
      default: { description: "A problem document", content: { "application/problem+json": {} } },
    },
  };
};

/** The OpenAPI 3.1 document, made of the same table that routes requests. */
export const openApiDocument = (
  operations: readonly Operation[],
  about: { readonly version: string; readonly cookieName: string },
): unknown => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:([a-zA-Z]+)/g, "{$1}");
    const item = paths[path] ?? {};
    item[operation.method.toLowerCase()] = describeOperation(operation);
    paths[path] = item;
  }
  return {
    openapi: "3.1.0",
    info: { title: "Yardarm", version: about.version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    security: [{ session: [] }],
    components: { securitySchemes: { session: { type: "apiKey", in: "cookie", name: about.cookieName } } },
    paths,
  };
};
