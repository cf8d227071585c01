import type { ServerResponse } from "node:http";
import type { SimulatorClock } from "../clock.ts";
import type { SimulatedContainer } from "../container/simulated-container.ts";
import { type StatsHost, type StatsSample, statsJson, takeSample } from "../container/stats-json.ts";
import type { EngineProfile } from "../engine-profile.ts";
import { badParameter } from "../engine-refusal.ts";
import { JsonStream } from "./json-stream.ts";
import { flag } from "./query.ts";

const COLLECTOR_PERIOD_MS = 1000;

/** Answers `GET /containers/{id}/stats` in its three modes. Nothing is collected unless somebody waits for it. */
export const answerStats = (
  container: SimulatedContainer,
  request: {
    readonly query: URLSearchParams;
    readonly response: ServerResponse;
    readonly clock: SimulatorClock;
    readonly host: StatsHost;
    readonly profile: EngineProfile;
  },
): void => {
  const { query, response, clock, host, profile } = request;
  const isStream = !query.has("stream") || flag(query, "stream");
  const isOneShot = flag(query, "one-shot");
  if (isStream && isOneShot) throw badParameter("cannot have stream=true and one-shot=true");
  let cancel = (): void => {};
  response.once("close", () => cancel());
  let previous: StatsSample | undefined;
  const take = (): object => {
    const sample = takeSample(container, host, clock.nowNs());
    const json = statsJson(container, host, { sample, previous });
    previous = sample;
    return json;
  };
  const atNextTick = (callback: () => void): void => {
    cancel = clock.setTimer(COLLECTOR_PERIOD_MS, callback);
  };
  const answerOnce = (): void => {
    response.setHeader("Content-Type", "application/json");
    response.end(`${JSON.stringify(take())}\n`);
  };

  if (isStream) {
    const stream = new JsonStream(response);
    const record = (): void => {
      stream.send(`${JSON.stringify(take())}\n`);
      if (container.state.status === "removing") stream.end();
      else atNextTick(record);
    };
    record();
  } else if (takeSample(container, host, clock.nowNs()) === undefined || (isOneShot && profile.hasImmediateOneShot)) {
    answerOnce();
  } else if (isOneShot) {
    atNextTick(answerOnce);
  } else {
    take();
    atNextTick(answerOnce);
  }
};
