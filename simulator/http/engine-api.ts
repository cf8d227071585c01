import type { IncomingMessage, ServerResponse } from "node:http";
import { NS_PER_MS } from "../clock.ts";
import { inspectJson, listJson } from "../container/container-json.ts";
import type { SimulatedContainer } from "../container/simulated-container.ts";
import { badParameter, EngineRefusal, notFound } from "../engine-refusal.ts";
import { infoJson, versionJson } from "../engine-info.ts";
import type { AnswerFault } from "../faults.ts";
import type { SimulatedEngine } from "../simulated-engine.ts";
import { specFromCreateRequest } from "./create-request.ts";
import { answerEvents } from "./event-answer.ts";
import { selectContainers } from "./list-filter.ts";
import { answerLogs } from "./log-answer.ts";
import { flag, secondsParameter } from "./query.ts";
import { type RouteName, routeRequest } from "./route-name.ts";
import { answerStats } from "./stats-answer.ts";

const BODY_BYTES = 1024 * 1024;

interface Exchange {
  readonly route: RouteName;
  readonly reference: string | undefined;
  readonly apiVersion: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Answers one request as the engine would, scripted faults included. Never rejects. */
export const answerRequest = async (
  engine: SimulatedEngine,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  response.setHeader("Date", new Date(Number(engine.clock.nowNs() / NS_PER_MS)).toUTCString());
  response.setHeader("Api-Version", engine.profile.apiVersion);
  response.setHeader("Docker-Experimental", "false");
  response.setHeader("Ostype", "linux");
  response.setHeader("Server", `Docker/${engine.profile.version} (linux)`);
  response.on("error", () => response.destroy());
  try {
    const [path = "/", search = ""] = (request.url ?? "/").split("?", 2);
    const routed = routeRequest(request.method ?? "GET", path);
    if (routed === undefined) throw notFound("page not found");
    if (routed.apiVersion !== undefined) checkApiVersion(engine, routed.apiVersion);
    const name = routed.container === undefined ? undefined : engine.find(routed.container)?.name;
    const fault = engine.faults.takeAnswerFault(routed.route, name);
    const isAnswered = fault !== undefined && (await befall(engine, fault, response));
    if (isAnswered) return;
    const query = new URLSearchParams(search);
    const apiVersion = routed.apiVersion ?? engine.profile.apiVersion;
    await answer(engine, { route: routed.route, reference: routed.container, apiVersion, query, request, response });
  } catch (error) {
    refuse(response, error instanceof EngineRefusal ? error : new EngineRefusal(500, String(error)));
  }
};

const refuse = (response: ServerResponse, refusal: EngineRefusal): void => {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (refusal.status === 304) sendEmpty(response, 304);
  else sendJson(response, refusal.status, { message: refusal.message });
};

const checkApiVersion = (engine: SimulatedEngine, asked: string): void => {
  const { apiVersion, minApiVersion } = engine.profile;
  if (compareVersions(asked, minApiVersion) < 0) {
    throw badParameter(
      `client version ${asked} is too old. Minimum supported API version is ${minApiVersion}, please upgrade your client to a newer version`,
    );
  }
  if (compareVersions(asked, apiVersion) > 0) {
    throw badParameter(`client version ${asked} is too new. Maximum supported API version is ${apiVersion}`);
  }
};

const compareVersions = (left: string, right: string): number => {
  const [leftMajor = 0, leftMinor = 0] = left.split(".").map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split(".").map(Number);
  return leftMajor - rightMajor || leftMinor - rightMinor;
};

/** Returns true when the fault was the answer. */
const befall = async (engine: SimulatedEngine, fault: AnswerFault, response: ServerResponse): Promise<boolean> => {
  switch (fault.kind) {
    case "hang":
      return true;
    case "drop":
      response.socket?.destroy();
      return true;
    case "lose-answer":
      response.socket?.destroy();
      return false;
    case "fail":
      throw new EngineRefusal(fault.status, fault.message);
    case "delay":
      await new Promise<void>((resolve) => engine.clock.setTimer(fault.delayMs, resolve));
      return response.destroyed;
  }
};

const sendJson = (response: ServerResponse, status: number, value: unknown): void => {
  response.statusCode = status;
  response.setHeader("Content-Type", "application/json");
  response.end(`${JSON.stringify(value)}\n`);
};

const sendEmpty = (response: ServerResponse, status: number): void => {
  response.statusCode = status;
  response.end();
};

const answer = async (engine: SimulatedEngine, exchange: Exchange): Promise<void> => {
  const { route, reference, query, request, response } = exchange;
  if (reference !== undefined) return answerAboutOne(engine, requireContainer(engine, reference), exchange);
  switch (route) {
    case "ping":
      response.setHeader("Content-Type", "text/plain; charset=utf-8");
      response.setHeader("Cache-Control", "no-cache, no-store, must-revalidate");
      response.setHeader("Pragma", "no-cache");
      response.end(request.method === "HEAD" ? "" : "OK");
      return;
    case "version":
      return sendJson(response, 200, versionJson(engine.profile));
    case "info":
      return sendJson(response, 200, infoJson(engine.identity, engine.profile, engine.infoState()));
    case "events":
      return answerEvents(engine.events, { query, response, clock: engine.clock });
    case "list": {
      const selected = selectContainers(engine.containers(), query);
      return sendJson(
        response,
        200,
        selected.map((container) => listJson(container, engine.clock.nowNs())),
      );
    }
    case "create": {
      const spec = specFromCreateRequest(query.get("name") ?? engine.inventName(), await readBody(request));
      return sendJson(response, 201, { Id: engine.create(spec).id, Warnings: [] });
    }
    default:
      throw notFound("page not found");
  }
};

const requireContainer = (engine: SimulatedEngine, reference: string): SimulatedContainer => {
  const container = engine.find(reference);
  if (container === undefined) throw notFound(`No such container: ${reference}`);
  return container;
};

const answerAboutOne = async (
  engine: SimulatedEngine,
  container: SimulatedContainer,
  { route, apiVersion, query, response }: Exchange,
): Promise<void> => {
  const { profile, clock } = engine;
  switch (route) {
    case "inspect":
      return sendJson(response, 200, inspectJson(container));
    case "logs":
      return answerLogs(container, {
        query,
        response,
        profile,
        knowsMultiplexed: compareVersions(apiVersion, "1.42") >= 0,
        fault: engine.faults.takeLogFault(container.name),
      });
    case "stats":
      return answerStats(container, { query, response, clock, host: engine.statsHost, profile });
    case "start":
      container.start();
      break;
    case "stop":
      await container.stop(stopOptions(query));
      break;
    case "restart":
      await container.restart(stopOptions(query));
      break;
    case "pause":
      container.pause();
      break;
    case "unpause":
      container.unpause();
      break;
    case "kill":
      container.kill(query.get("signal") ?? undefined);
      break;
    case "rename":
      engine.rename(container, query.get("name") ?? "");
      break;
    case "remove":
      container.remove({ force: flag(query, "force") });
      break;
    default:
      throw notFound("page not found");
  }
  sendEmpty(response, 204);
};

const stopOptions = (query: URLSearchParams): { readonly graceSeconds?: number; readonly signal?: string } => {
  const graceSeconds = secondsParameter(query, "t");
  const signal = query.get("signal");
  return {
    ...(graceSeconds === undefined ? {} : { graceSeconds }),
    ...(signal === null || signal === "" ? {} : { signal }),
  };
};

const readBody = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    if (!Buffer.isBuffer(part)) continue;
    bytes += part.length;
    if (bytes > BODY_BYTES) throw new EngineRefusal(413, "request body too large");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
};
