/**
 * The second witness: a container runtime that writes down what it is told, before and after it does it. It is below the engine
 * and goes on when the engine is killed, so it knows what the engine did and forgot.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import { NO_RUNTIME_EFFECTS, type RuntimeEffects } from "./effects.ts";

const FILE = "runtime.log";

/** The line that ends a call carries its status; one that is missing was cut off together with whoever asked. */
const script = (logFile: string): string => `#!/bin/sh
case " $* " in
  *" start "*) did=start ;;
  *" pause "*) did=pause ;;
  *" resume "*) did=resume ;;
  *) exec runc "$@" ;;
esac
for id; do :; done
echo "$did $id begun" >> ${logFile}
runc "$@"
status=$?
echo "$did $id $status" >> ${logFile}
exit $status
`;

const FIELDS = { start: "starts", pause: "pauses", resume: "resumes" } as const;
const LINE = /^(start|pause|resume) ([0-9a-f]+) (begun|\d+)$/;

export class WitnessedRuntime {
  readonly #file: string;
  readonly #counts = new Map<string, RuntimeEffects>();
  #at = 0;
  #rest = "";

  private constructor(file: string) {
    this.#file = file;
  }

  static async create(directory: string): Promise<WitnessedRuntime> {
    const file = path.join(directory, FILE);
    await writeFile(file, "");
    await writeFile(path.join(directory, "runtime.sh"), script(file));
    await chmod(path.join(directory, "runtime.sh"), 0o755);
    return new WitnessedRuntime(file);
  }

  /** For the engine's `daemon.json`. */
  static settings(directory: string): Readonly<Record<string, unknown>> {
    return {
      runtimes: { witnessed: { path: path.join(directory, "runtime.sh") } },
      "default-runtime": "witnessed",
    };
  }

  /** Everything up to now. */
  of(dockerId: string): RuntimeEffects {
    this.#read();
    return this.#counts.get(dockerId) ?? NO_RUNTIME_EFFECTS;
  }

  #read(): void {
    const file = openSync(this.#file, "r");
    const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - this.#at));
    this.#at += readSync(file, bytes, 0, bytes.length, this.#at);
    closeSync(file);
    const lines = `${this.#rest}${bytes.toString()}`.split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#count(line);
  }

  #count(line: string): void {
    const [, verb, dockerId, how] = LINE.exec(line) ?? [];
    if (verb === undefined || dockerId === undefined) return;
    const field = FIELDS[verb as keyof typeof FIELDS];
    const before = this.#counts.get(dockerId) ?? NO_RUNTIME_EFFECTS;
    const { least, most } = before[field];
    const range =
      how === "begun"
        ? { least, most: most + 1 }
        : how === "0"
          ? { least: least + 1, most }
          : { least, most: most - 1 };
    this.#counts.set(dockerId, { ...before, [field]: range });
  }
}
