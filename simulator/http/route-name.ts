/** The routes of the engine's API that are simulated. */
export type RouteName =
  | "ping"
  | "version"
  | "info"
  | "events"
  | "list"
  | "create"
  | "inspect"
  | "logs"
  | "stats"
  | "start"
  | "stop"
  | "restart"
  | "pause"
  | "unpause"
  | "kill"
  | "rename"
  | "remove";

/** What a request asks for, or undefined when there is no such page. */
export interface RoutedRequest {
  readonly route: RouteName;
  /** The container as it was named: id, start of an id, or name. */
  readonly container: string | undefined;
  /** `1.41` of `/v1.41/…`, or undefined. */
  readonly apiVersion: string | undefined;
}

const WHOLE_ENGINE: Readonly<Record<string, RouteName>> = {
  "GET /_ping": "ping",
  "HEAD /_ping": "ping",
  "GET /version": "version",
  "GET /info": "info",
  "GET /events": "events",
  "GET /containers/json": "list",
  "POST /containers/create": "create",
};

const ONE_CONTAINER: Readonly<Record<string, RouteName>> = {
  "GET json": "inspect",
  "GET logs": "logs",
  "GET stats": "stats",
  "POST start": "start",
  "POST stop": "stop",
  "POST restart": "restart",
  "POST pause": "pause",
  "POST unpause": "unpause",
  "POST kill": "kill",
  "POST rename": "rename",
};

export const routeRequest = (method: string, path: string): RoutedRequest | undefined => {
  const versioned = /^\/v(\d+\.\d+)(\/.*)$/.exec(path);
  const apiVersion = versioned?.[1];
  const rest = versioned?.[2] ?? path;
  const whole = WHOLE_ENGINE[`${method} ${rest}`];
  if (whole !== undefined) return { route: whole, container: undefined, apiVersion };
  const one = /^\/containers\/([^/]+)(?:\/([a-z]+))?$/.exec(rest);
  if (one?.[1] === undefined) return undefined;
  const route =
    one[2] === undefined ? (method === "DELETE" ? "remove" : undefined) : ONE_CONTAINER[`${method} ${one[2]}`];
  return route === undefined ? undefined : { route, container: decodeURIComponent(one[1]), apiVersion };
};
