/** Turns what can go wrong between us and an engine into one `ProtocolError` each, with a sentence that says what to do. */
import { ProtocolError } from "@yardarm/protocol/errors";
import { describeEndpoint, type EngineEndpoint } from "./endpoint.ts";

/** The engine could not be asked: no socket, no permission, no answer in time, or a broken connection. */
export const connectionError = (endpoint: EngineEndpoint, cause: unknown): ProtocolError => {
  const where = describeEndpoint(endpoint);
  const errno = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (errno === "EACCES" || errno === "EPERM") {
    const advice = `run as root, join the "docker" group, or set DOCKER_HOST to a socket of your own`;
    return new ProtocolError("engine_permission", `The engine at ${where} may not be opened: ${advice}.`, { cause });
  }
  if (errno === "ENOENT" || errno === "ECONNREFUSED") {
    return new ProtocolError("engine_unreachable", `No engine answers at ${where}: start it or correct DOCKER_HOST.`, {
      cause,
    });
  }
  return new ProtocolError("engine_unreachable", `The connection to the engine at ${where} broke; it is tried again.`, {
    cause,
  });
};

/** No answer within the call's time. */
export const timeoutError = (endpoint: EngineEndpoint, what: string, timeoutMs: number): ProtocolError => {
  const where = describeEndpoint(endpoint);
  const advice = `check the engine's load and its log`;
  return new ProtocolError(
    "engine_unreachable",
    `The engine at ${where} did not answer ${what} within ${timeoutMs} ms: ${advice}.`,
  );
};

/** How an engine words that the runtime's own daemon went away over a call (gRPC's status 14): nobody knows whether it was done. */
const RUNTIME_LOST = /: unavailable$/;
const TOO_OLD = /client version \S+ is too (old|new)|minimum supported API version/i;

/**
 * The engine answered with a refusal. `what` names the call ("stop container"), `body` is its JSON `{message}` or text.
 * 404 → `not_found`, 409 → `conflict`, 403 (a socket proxy) → `engine_permission`, version complaints →
 * `engine_too_old`, 501 on logs → `log_unreadable`, everything else → `engine_error`. Where the engine itself lost the
 * answer, because its runtime died over the call, that is no refusal: `engine_unreachable`.
 */
export const statusError = (what: string, status: number, body: Buffer): ProtocolError => {
  const said = engineMessage(body);
  if (status === 404) return new ProtocolError("not_found", `The engine knows no such container: ${said}`);
  if (status === 409) return new ProtocolError("conflict", `The container's state does not allow this now: ${said}`);
  if (status === 403 || status === 401) {
    return new ProtocolError("engine_permission", `The engine, or a proxy before it, forbids to ${what}: ${said}`);
  }
  if (TOO_OLD.test(said)) {
    return new ProtocolError(
      "engine_too_old",
      `The engine speaks another API version: ${said}. Upgrade the older side.`,
    );
  }
  if (said.includes("does not support reading")) {
    const advice = `use json-file, local or journald, or leave dual logging on`;
    return new ProtocolError("log_unreadable", `This container's logs cannot be read (${said}): ${advice}.`);
  }
  if (status >= 500 && RUNTIME_LOST.test(said)) {
    const sentence = `The engine lost its container runtime over this (${what}); it is asked again: ${said}`;
    return new ProtocolError("engine_unreachable", sentence);
  }
  return new ProtocolError("engine_error", `The engine failed to ${what} (HTTP ${status}): ${said}`);
};

const MESSAGE_CHARACTERS = 1_000;

const engineMessage = (body: Buffer): string => {
  const text = body.toString("utf8").trim();
  let said = text;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && "message" in parsed && typeof parsed.message === "string") {
      said = parsed.message;
    }
  } catch {
    // Not JSON: proxies answer in plain text or HTML, which is shown as it is.
  }
  if (said === "") return "no reason given";
  return said.length > MESSAGE_CHARACTERS ? `${said.slice(0, MESSAGE_CHARACTERS)}…` : said;
};
