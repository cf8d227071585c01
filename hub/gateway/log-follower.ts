import type { ClientDown } from "@yardarm/protocol/client-down/down";
import { ProtocolError } from "@yardarm/protocol/errors";
import type { ContainerId, OrgId } from "@yardarm/protocol/ids";
import { readBatchHeader } from "@yardarm/protocol/log/batch-header";
import { FRAME_PREFIX_BYTES } from "@yardarm/protocol/log/frame";
import type { LiveBatch, LiveLog } from "../logs/query/live-log.ts";
import type { LogRelay } from "../relay/log/log-relay.ts";
import type { Viewer, ViewerSocket } from "../relay/viewer/viewer.ts";
import { readFrames } from "./frame-transport.ts";

export interface LogFollowerOptions {
  readonly relay: Pick<LogRelay, "subscribe">;
  readonly newViewer: (socket: ViewerSocket) => Viewer;
}

interface FollowQuery {
  readonly orgId: OrgId;
  readonly containerId: ContainerId;
  readonly fromSeq: number;
  readonly signal: AbortSignal;
}

/** Follows logs inside the hub, as one more viewer of the relay: for answers over HTTP that go on. */
export const createLogFollower = (options: LogFollowerOptions): LiveLog => ({
  follow: (query) => follow(options, query),
});

async function* follow({ relay, newViewer }: LogFollowerOptions, query: FollowQuery): AsyncGenerator<LiveBatch> {
  const { orgId, containerId, signal } = query;
  const inbox = new Inbox();
  const viewer = newViewer(inbox);
  inbox.closing = () => viewer.close();
  const abort = (): void => inbox.close();
  signal.addEventListener("abort", abort);
  let position = query.fromSeq;
  /** Where a hole was met already: if it is still there after asking anew, its lines cannot be had. */
  let holeSeq = -1;
  let isSubscribed = false;
  const subscribe = (): void => {
    isSubscribed = false;
    relay.subscribe(viewer, { orgId, containerId, sinceSeq: position });
  };
  try {
    subscribe();
    for (;;) {
      if (signal.aborted) return;
      const message = await inbox.next(() => viewer.drained());
      if (message === null) return;
      if (message.kind === "text") {
        const down = JSON.parse(message.text) as ClientDown;
        if (down.type === "error") throw new ProtocolError(down.code, down.message);
        if (down.type === "log.subscribed") {
          isSubscribed = true;
          // What lies before is no longer stored.
          position = Math.max(position, down.fromSeq);
        } else if (down.type === "skipped" && isSubscribed && down.to > position) {
          // Too slow for the live stream, or unreadable: read once more from where we are, then go over it.
          if (holeSeq === position) position = down.to;
          holeSeq = position;
          subscribe();
        }
        continue;
      }
      if (!isSubscribed) continue;
      const batch = message.payload.subarray(FRAME_PREFIX_BYTES);
      const { firstSeq, lineCount } = readBatchHeader(batch);
      const endSeq = firstSeq + lineCount;
      if (endSeq <= position) continue;
      const fromSeq = Math.max(position, firstSeq);
      position = endSeq;
      yield { batch, fromSeq, endSeq };
    }
  } finally {
    signal.removeEventListener("abort", abort);
    viewer.close();
  }
}

type Incoming =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly payload: Uint8Array };

/** The end of a viewer's socket inside the hub: holds what was written until it is taken, which is what slows the viewer down. */
class Inbox implements ViewerSocket {
  readonly #messages: Uint8Array[] = [];
  #frames: Incoming[] = [];
  #bytes = 0;
  #isClosed = false;
  #wake: () => void = () => {};
  closing: () => void = () => {};

  get bufferedBytes(): number {
    return this.#bytes;
  }

  write(messages: readonly Uint8Array[]): void {
    for (const message of messages) {
      this.#messages.push(message);
      this.#bytes += message.length;
    }
    this.#wake();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.closing();
    this.#wake();
  }

  /** The next message; `null` when there are no more. `taken` is called whenever room was made. */
  async next(taken: () => void): Promise<Incoming | null> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      const bytes = this.#messages.shift();
      if (bytes !== undefined) {
        this.#bytes -= bytes.length;
        this.#frames = readFrames(bytes).map(
          ({ isText, payload }): Incoming =>
            isText ? { kind: "text", text: Buffer.from(payload).toString() } : { kind: "binary", payload },
        );
        taken();
        continue;
      }
      if (this.#isClosed) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
