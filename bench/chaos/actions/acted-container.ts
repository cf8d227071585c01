/**
 * A container that writes down, into a file of the host, that it was started and that it was asked to end. Nobody who is killed
 * here writes that file or reads it on behalf of anybody: it is what really happened.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { engineCall, engineRequest } from "../../../testkit/engine-request.ts";
import { TEST_IMAGE } from "../../../testkit/test-image.ts";

/** The trap stands before the start is written down: what is in the file can be ended by a signal. */
const SCRIPT = `trap 'echo term >> /effects/log; exit 0' TERM
echo start >> /effects/log
while :; do sleep 0.05; done`;

const STOP_GRACE_SECONDS = 3;

export type Effects = { readonly starts: number; readonly ends: number };

export class ActedContainer {
  readonly name: string;
  readonly dockerId: string;
  readonly #file: string;
  readonly #socketPath: string;

  private constructor(made: { name: string; dockerId: string; file: string; socketPath: string }) {
    this.name = made.name;
    this.dockerId = made.dockerId;
    this.#file = made.file;
    this.#socketPath = made.socketPath;
  }

  static async create(place: {
    readonly socketPath: string;
    readonly directory: string;
    readonly name: string;
  }): Promise<ActedContainer> {
    const { socketPath, name } = place;
    const directory = path.join(place.directory, name);
    await mkdir(directory, { recursive: true });
    const file = path.join(directory, "log");
    await writeFile(file, "");
    const answer = await engineCall(socketPath, "POST", `/containers/create?name=${name}`, {
      Image: TEST_IMAGE,
      Cmd: ["sh", "-c", SCRIPT],
      StopTimeout: STOP_GRACE_SECONDS,
      HostConfig: { NetworkMode: "none", Binds: [`${directory}:/effects`] },
    });
    const { Id: dockerId } = JSON.parse(answer.toString()) as { readonly Id: string };
    return new ActedContainer({ name, dockerId, file, socketPath });
  }

  /** Everything that ever happened to it. */
  async effects(): Promise<Effects> {
    const lines = (await readFile(this.#file, "utf8")).split("\n");
    const count = (word: string): number => lines.filter((line) => line === word).length;
    return { starts: count("start"), ends: count("term") };
  }

  /** As the engine says; `null` while it does not answer. */
  async isRunning(): Promise<boolean | null> {
    try {
      const { status, body } = await engineRequest(this.#socketPath, "GET", `/containers/${this.dockerId}/json`);
      if (status !== 200) return null;
      return (JSON.parse(body.toString()) as { State: { Running: boolean } }).State.Running;
    } catch {
      return null;
    }
  }
}
