import type { ServerResponse } from "node:http";
import type { SimulatedContainer } from "../container/simulated-container.ts";
import { badParameter, conflict, EngineRefusal } from "../engine-refusal.ts";
import type { EngineProfile } from "../engine-profile.ts";
import type { LogFault } from "../faults.ts";
import { encodeDaemonError, encodeMessage } from "../logs/log-message.ts";
import type { LogReader } from "../logs/log-reader.ts";
import { FaultyBody } from "./faulty-body.ts";
import { flag, tailParameter, timeParameter } from "./query.ts";

/** Frames are handed to the socket in writes of about this many bytes. */
const WRITE_BYTES = 64 * 1024;

/** Answers `GET /containers/{id}/logs`. A follow goes on until the container or the client ends it. */
export const answerLogs = (
  container: SimulatedContainer,
  request: {
    readonly query: URLSearchParams;
    readonly response: ServerResponse;
    readonly profile: EngineProfile;
    /** The client speaks API 1.42 or later, where framed logs have a content type of their own. */
    readonly knowsMultiplexed: boolean;
    readonly fault: LogFault | undefined;
  },
): void => {
  const { query, response, profile, fault } = request;
  const stdout = flag(query, "stdout");
  const stderr = flag(query, "stderr");
  if (!stdout && !stderr) throw badParameter("Bad parameters: you must choose at least one stream");
  if (container.state.status === "removing") {
    throw conflict("can not get logs from container which is dead or marked for removal");
  }
  if (!container.log.isReadable) throw new EngineRefusal(501, "configured logging driver does not support reading");
  const tty = container.spec.tty ?? false;
  const tail = tailParameter(query);
  const sinceNs = timeParameter(query, "since");
  const untilNs = timeParameter(query, "until");
  const reader = container.log.store.open({
    follow: flag(query, "follow") && (container.isRunning || container.state.status === "paused"),
    sinceEndsAtFirstMatch: profile.sinceEndsAtFirstMatch,
    ...(tail === undefined ? {} : { tail }),
    ...(sinceNs === undefined ? {} : { sinceNs }),
    ...(untilNs === undefined ? {} : { untilNs }),
  });
  response.statusCode = 200;
  if (profile.namesLogFraming) {
    const framing = !tty && request.knowsMultiplexed ? "multiplexed" : "raw";
    response.setHeader("Content-Type", `application/vnd.docker.${framing}-stream`);
  }
  response.flushHeaders();
  pump({ reader, response, fault, framed: !tty, timestamps: flag(query, "timestamps"), stdout, stderr });
};

interface Pump {
  readonly reader: LogReader;
  readonly response: ServerResponse;
  readonly fault: LogFault | undefined;
  readonly framed: boolean;
  readonly timestamps: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** Moves messages from the reader to the socket, no faster than the client takes them: the log store is the only buffer. */
const pump = ({ reader, response, fault, framed, timestamps, stdout, stderr }: Pump): void => {
  const body = new FaultyBody(response, fault);
  let isScheduled = false;
  let messages = 0;
  let isBlocked = false;

  const collect = (): Buffer[] => {
    const frames: Buffer[] = [];
    for (let bytes = 0; bytes < WRITE_BYTES; ) {
      const message = reader.next();
      if (message === undefined) break;
      if (message.stream === "stdout" ? !stdout : !stderr) continue;
      const frame = encodeMessage(message, { framed, timestamps });
      frames.push(frame);
      bytes += frame.length;
      messages++;
      if (fault?.kind === "daemon-error" && messages >= fault.afterMessages) break;
    }
    return frames;
  };

  const run = (): void => {
    isScheduled = false;
    while (!isBlocked && !response.destroyed) {
      const frames = collect();
      const isBroken = fault?.kind === "daemon-error" && messages >= fault.afterMessages;
      if (isBroken) frames.push(encodeDaemonError(fault.message));
      if (frames.length > 0) isBlocked = !body.write(frames, resume);
      if (isBroken || (frames.length === 0 && reader.isFinished)) {
        reader.close();
        body.end();
        return;
      }
      if (frames.length === 0) return;
    }
  };

  const resume = (): void => {
    isBlocked = false;
    run();
  };

  reader.onWake = () => {
    if (isScheduled || isBlocked) return;
    isScheduled = true;
    queueMicrotask(run);
  };
  response.on("close", () => reader.close());
  run();
};
