import { type SimulatorClock, NS_PER_MS } from "../clock.ts";
import { type EngineEvent, type EventLog, eventLine } from "../event-log.ts";
import { JsonStream } from "./json-stream.ts";
import { type Filters, filtersParameter, passes, passesLabels, timeParameter } from "./query.ts";
import type { ServerResponse } from "node:http";

const FILTERS = ["type", "event", "container", "image", "label", "network", "scope"] as const;

/** Answers `GET /events`: what is kept since `since`, then what happens, until the client leaves or `until` has come. */
export const answerEvents = (
  events: EventLog,
  request: { readonly query: URLSearchParams; readonly response: ServerResponse; readonly clock: SimulatorClock },
): void => {
  const { query, response, clock } = request;
  const filters = filtersParameter(query, FILTERS);
  const sinceNs = timeParameter(query, "since");
  const untilNs = timeParameter(query, "until");
  const stream = new JsonStream(response);
  const isWanted = (event: EngineEvent): boolean =>
    (untilNs === undefined || event.tsNs <= untilNs) && fits(event, filters);
  const send = (event: EngineEvent): void => {
    if (isWanted(event)) stream.send(eventLine(event));
  };
  for (const event of sinceNs === undefined ? [] : events.since(sinceNs)) send(event);
  const leftMs = untilNs === undefined ? undefined : Number((untilNs - clock.nowNs()) / NS_PER_MS);
  if (leftMs !== undefined && leftMs <= 0) {
    stream.end();
    return;
  }
  const unsubscribe = events.subscribe(send);
  const cancel = leftMs === undefined ? undefined : clock.setTimer(leftMs, () => stream.end());
  stream.onClose(() => {
    unsubscribe();
    cancel?.();
  });
};

const fits = (event: EngineEvent, filters: Filters): boolean =>
  passes(filters, "type", (type) => type === event.type) &&
  // "health_status" stands for every "health_status: …", as in the engine.
  passes(filters, "event", (action) => action === event.action || event.action.startsWith(`${action}:`)) &&
  passes(filters, "container", (name) => event.type === "container" && matchesId(event, name)) &&
  passes(filters, "image", (image) => event.attributes.image === image) &&
  passes(filters, "network", (name) => event.type === "network" && matchesId(event, name)) &&
  passesLabels(filters, event.attributes);

const matchesId = (event: EngineEvent, name: string): boolean =>
  event.id.startsWith(name) || event.attributes.name === name;
