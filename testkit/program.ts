import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface ProgramOptions {
  /** A TypeScript or JavaScript file. */
  readonly file: string;
  readonly args?: readonly string[];
  /** A command that runs it, such as `ip netns exec <name>`; it MUST become the program and not stay beside it. */
  readonly through?: readonly string[];
  /** Added to this process's environment, from which everything that configures the product is left out. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A program of ours as a child process, which never outlives this one. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** What it has written so far, the log on standard output and the words for people on standard error. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with what the pattern matches in the output, as soon as it does; rejects when the program ends before. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Resolves with the exit code once it has ended, `null` after a signal. */
  readonly ended: Promise<number | null>;
  /** SIGKILL; returns when it is gone. */
  readonly kill: () => Promise<void>;
  /** SIGTERM, after 15 s SIGKILL; returns when it is gone. */
  readonly stop: () => Promise<void>;
}

const END_WITH_PARENT = new URL("end-with-parent.ts", import.meta.url).href;
const GRACE_MS = 15_000;
const CONFIGURES_US = /^(?:YARDARM|AGENT)_/;

/** The environment that a program of ours gets: nothing of the developer's own settings. */
const environmentOf = (extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(([name]) => !CONFIGURES_US.test(name));
  return { ...Object.fromEntries(kept), ...extra };
};

/** Starts the program on this Node and returns at once. */
export const startProgram = ({ file, args = [], through = [], env = {} }: ProgramOptions): Program => {
  const command = [...through, process.execPath, "--import", END_WITH_PARENT, file, ...args];
  const child = spawn(command[0] ?? process.execPath, command.slice(1), {
    env: environmentOf(env),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      child.emit("said");
    });
  }
  // "close" and not "exit": then the output is complete.
  const ended = once(child, "close").then(([code]) => code as number | null);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!hasEnded(child)) child.kill(signal);
    const insist = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
    await ended;
    clearTimeout(insist);
  };
  return {
    pid: child.pid ?? 0,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(output.stderr) ?? pattern.exec(output.stdout);
          if (found === null) return;
          child.off("said", look);
          resolve(found);
        };
        child.on("said", look);
        void ended.then((code) =>
          reject(new Error(`${file} ended (exit code ${code}) before it said ${pattern}:\n${output.stderr}`)),
        );
        look();
      }),
    ended,
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
    [Symbol.asyncDispose]: () => end("SIGTERM"),
  };
};

/** Runs a program to its end: its exit code, and all that it wrote. */
export const runProgram = async (options: ProgramOptions) => {
  await using program = startProgram(options);
  return { status: await program.ended, out: program.stdout(), err: program.stderr() };
};

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;
