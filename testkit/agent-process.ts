import path from "node:path";
import { AGENT_BUNDLE } from "@yardarm/hub/web-files";
import type { CreateHostResponse } from "@yardarm/protocol/api/hosts";
import type { HostId } from "@yardarm/protocol/ids";
import type { HubSession } from "./hub-session.ts";
import { type Program, startProgram } from "./program.ts";
import { makeTempDir } from "./temp-dir.ts";

export interface AgentProcessOptions {
  /** Somebody who may add hosts. */
  readonly session: HubSession;
  /** What the host is called. */
  readonly name: string;
  /** `unix://…`, the engine that the agent looks at. */
  readonly dockerHost: string;
  /** The agent's source instead of its bundle, where nothing depends on how it is shipped. */
  readonly file?: string;
  /** More of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The bundled agent, as it is shipped, in a process of its own with its own state. */
export interface AgentProcess extends AsyncDisposable {
  readonly hostId: HostId;
  /** The process as it runs now; another one after `restart`. */
  readonly program: () => Program;
  /** SIGKILL; returns when the process is gone. */
  readonly kill: () => Promise<void>;
  /** Starts it again with the same identity. */
  readonly restart: () => void;
  /** Ends it and removes its state. */
  readonly stop: () => Promise<void>;
}

/** Adds a host to the hub and starts an agent that joins as this host. Returns at once; the hub's inventory says when it has come. */
export const startAgentProcess = async ({
  session,
  name,
  dockerHost,
  file = AGENT_BUNDLE,
  env = {},
}: AgentProcessOptions): Promise<AgentProcess> => {
  const { host, joinToken } = await session.post<CreateHostResponse>("/api/hosts", { name });
  const directory = await makeTempDir("agent");
  const start = (): Program =>
    startProgram({
      file,
      env: {
        AGENT_API_URL: session.url,
        AGENT_TOKEN: joinToken,
        AGENT_STATE_DIR: path.join(directory.path, "state"),
        DOCKER_HOST: dockerHost,
        ...env,
      },
    });
  let program = start();
  const stop = async (): Promise<void> => {
    await program.stop();
    await directory.remove();
  };
  return {
    hostId: host.hostId,
    program: () => program,
    kill: () => program.kill(),
    restart: () => {
      program = start();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
};
