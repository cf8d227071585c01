/** The shared language of hub, agents and browsers. Agents import the schema-free subpaths instead of this entry. */
export * from "./action.ts";
export * from "./agent-down/down.ts";
export * from "./agent-up/up.ts";
export * from "./challenge.ts";
export * from "./client-down/down.ts";
export * from "./client-up/up.ts";
export * from "./close-codes.ts";
export * from "./connect-token.ts";
export * from "./container.ts";
export * from "./container-can.ts";
export * from "./errors.ts";
export * from "./host.ts";
export * from "./ids.ts";
export * from "./join-token.ts";
export * from "./metrics.ts";
export * from "./protocol-version.ts";
export * from "./signing.ts";
