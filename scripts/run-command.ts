import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { environment, root } from "./bootstrap.mjs";

let current: ChildProcess | undefined;
let interrupted = false;

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    interrupted = true;
    current?.kill(name);
  });
}

/** True once a person has asked to stop: the running command was told so and tidies up, later ones are not started. */
export const wasInterrupted = (): boolean => interrupted;

/** Runs a tool of this repository with its output on the terminal. Returns the exit code, 1 for a tool that was ended by a signal. */
export async function runCommand(
  [program = "", ...options]: readonly string[],
  extraEnvironment: Readonly<Record<string, string>> = {},
): Promise<number> {
  if (interrupted) return 1;
  current = spawn(program, options, { cwd: root, stdio: "inherit", env: { ...environment, ...extraEnvironment } });
  try {
    const [code] = (await once(current, "exit")) as [number | null];
    return code ?? 1;
  } catch (error) {
    console.error(`✗ ${program} cannot be started: ${(error as Error).message}`);
    return 1;
  } finally {
    current = undefined;
  }
}
