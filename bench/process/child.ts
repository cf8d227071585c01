/** Programs of ours as child processes that never outlive the bench. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

const END_WITH_PARENT = new URL("../../testkit/end-with-parent.ts", import.meta.url).href;
const GRACE_MS = 10_000;
/** Of what a child says on stderr; enough to explain a failure. */
const KEPT_STDERR_CHARACTERS = 16_384;

export interface Child extends AsyncDisposable {
  readonly pid: number;
  readonly process: ChildProcess;
  /** The last that it wrote to stdout and stderr. */
  readonly output: () => string;
  /** The next message that the child sends; rejects when it ends first. */
  readonly message: () => Promise<unknown>;
  /** Asks it to end (SIGTERM), insists after 10 s, and returns when it is gone. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly file: string;
  readonly args?: readonly string[];
  /** Replaces the environment, apart from PATH, HOME, TMPDIR and where tests keep compiled sources. */
  readonly env?: Readonly<Record<string, string>>;
  /** True for a program that sees to it itself that it ends with its parent: it then runs as shipped, without a preload. */
  readonly endsItself?: boolean;
}

const KEPT_VARIABLES = ["PATH", "HOME", "TMPDIR", "NODE_COMPILE_CACHE"] as const;

/** Starts a Node program with this Node and an IPC channel. */
export const startChild = ({ file, args = [], env = {}, endsItself = false }: ChildOptions): Child => {
  const kept = KEPT_VARIABLES.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const child = fork(file, args, {
    env: { ...Object.fromEntries(kept), ...env },
    execArgv: endsItself ? [] : ["--import", END_WITH_PARENT],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  const keep = (text: string): void => {
    output = (output + text).slice(-KEPT_STDERR_CHARACTERS);
  };
  child.stdout?.setEncoding("utf8").on("data", keep);
  child.stderr?.setEncoding("utf8").on("data", keep);
  child.on("error", (error) => keep(`${error}\n`));
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    if (hasEnded() || child.pid === undefined) return;
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    const insist = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
    await exit;
    clearTimeout(insist);
  };
  const message = async (): Promise<unknown> => {
    const over = new AbortController();
    try {
      const exit = once(child, "exit", { signal: over.signal }).then(() => {
        throw new Error(`A process of the bench ended too early:\n${output}`);
      });
      const [value] = await Promise.race([once(child, "message", { signal: over.signal }), exit]);
      return value;
    } finally {
      over.abort();
    }
  };
  return {
    pid: child.pid ?? 0,
    process: child,
    output: () => output,
    message,
    stop,
    [Symbol.asyncDispose]: stop,
  };
};
