import type { ClientDown } from "@yardarm/protocol/client-down/down";
import { describe, expect, test } from "vitest";
import { type ConnectionState, HubSocket, type Timers, type Wire } from "./hub-socket.ts";

/** A clock moved by hand, with what is due on it. */
class HandClock implements Timers {
  atMs = 1_000_000;
  #due: { readonly atMs: number; readonly run: () => void }[] = [];

  now(): number {
    return this.atMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { atMs: this.atMs + delayMs, run };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }

  move(byMs: number): void {
    this.atMs += byMs;
    for (const entry of this.#due.filter(({ atMs }) => atMs <= this.atMs)) {
      this.#due = this.#due.filter((other) => other !== entry);
      entry.run();
    }
  }
}

class HandWire implements Wire {
  binaryType: BinaryType = "blob";
  onmessage: Wire["onmessage"] = null;
  onclose: Wire["onclose"] = null;
  readonly sent: string[] = [];
  isClosed = false;

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.isClosed = true;
  }

  say(data: unknown): void {
    const text = typeof data === "string" || data instanceof ArrayBuffer ? data : JSON.stringify(data);
    this.onmessage?.(new MessageEvent("message", { data: text }));
  }

  lose(code = 1006): void {
    this.onclose?.(new CloseEvent("close", { code }));
  }
}

const ready = { type: "ready", version: "1.0.0", hubTimeNs: "1005000000000" };

const start = () => {
  const clock = new HandClock();
  const wires: HandWire[] = [];
  const states: ConnectionState[] = [];
  const messages: ClientDown[] = [];
  const frames: ArrayBuffer[] = [];
  const socket = new HubSocket({
    open: () => {
      const wire = new HandWire();
      wires.push(wire);
      return wire;
    },
    timers: clock,
    random: () => 0.5,
    onState: (state) => states.push(state),
    onMessage: (message) => messages.push(message),
    onFrame: (frame) => frames.push(frame),
  });
  socket.start();
  const wire = (): HandWire => {
    const last = wires.at(-1);
    if (last === undefined) throw new Error("no wire");
    return last;
  };
  return { clock, socket, wire, wires, states, messages, frames };
};

const inventory = { type: "inventory.subscribe" } as const;

describe("opening", () => {
  test("is over with the hub's ready, which also tells its time", () => {
    const { socket, wire } = start();
    expect(socket.state).toEqual({ status: "connecting", attempt: 0, lostAtMs: null });
    wire().say(ready);
    expect(socket.state).toEqual({ status: "open", version: "1.0.0", hubClockOffsetMs: 5_000 });
  });

  test("nothing is said or heard before", () => {
    const { socket, wire, messages, frames } = start();
    socket.send(inventory);
    wire().say({ type: "skipped", containerId: "ctr_aaaaaaaaaaaa", from: 0, to: 1 });
    wire().say(new ArrayBuffer(8));
    expect([wire().sent, messages, frames]).toEqual([[], [], []]);
    wire().say(ready);
    socket.send(inventory);
    wire().say(new ArrayBuffer(8));
    expect(wire().sent).toEqual([JSON.stringify(inventory)]);
    expect(frames).toHaveLength(1);
  });

  test("a hub that accepts and says nothing is given up after 10 s", () => {
    const { clock, socket, wire } = start();
    clock.move(10_000);
    expect(wire().isClosed).toBe(true);
    expect(socket.state.status).toBe("waiting");
  });
});

describe("losing", () => {
  test("says how old the data is and when it is tried again, longer each time", () => {
    const { clock, socket, wire, wires } = start();
    wire().say(ready);
    const heardAtMs = clock.atMs;
    clock.move(7_000);
    wire().lose(4503);
    expect(socket.state).toEqual({
      status: "waiting",
      attempt: 1,
      nextTryAtMs: clock.atMs + 500,
      lostAtMs: heardAtMs,
      closeCode: 4503,
    });
    clock.move(500);
    expect(socket.state).toEqual({ status: "connecting", attempt: 1, lostAtMs: heardAtMs });
    wire().lose();
    expect(socket.state).toMatchObject({ attempt: 2, nextTryAtMs: clock.atMs + 1_000, lostAtMs: heardAtMs });
    expect(wires).toHaveLength(2);
  });

  test("only a connection that held for 30 s starts the count anew", () => {
    const { clock, socket, wire } = start();
    const loseAfter = (openMs: number): void => {
      wire().say(ready);
      clock.move(openMs);
      wire().lose();
    };
    loseAfter(29_999);
    clock.move(15_000);
    loseAfter(29_999);
    expect(socket.state).toMatchObject({ attempt: 2 });
    clock.move(15_000);
    loseAfter(30_000);
    expect(socket.state).toMatchObject({ attempt: 1 });
  });

  test("somebody who does not want to wait need not", () => {
    const { socket, wire, wires } = start();
    wire().lose();
    socket.retryNow();
    expect(wires).toHaveLength(2);
    socket.retryNow();
    expect(wires).toHaveLength(2);
  });

  test("what a given-up connection still says counts for nothing", () => {
    const { socket, wire, messages } = start();
    wire().say(ready);
    const old = wire();
    socket.abandon();
    old.say({ type: "skipped", containerId: "ctr_aaaaaaaaaaaa", from: 0, to: 1 });
    old.lose();
    expect(messages).toEqual([]);
    expect(socket.state).toMatchObject({ status: "waiting", attempt: 1 });
  });

  test("stopped means stopped", () => {
    const { clock, socket, wire, wires } = start();
    wire().lose();
    socket.stop();
    clock.move(60_000);
    expect(socket.state).toEqual({ status: "stopped" });
    expect(wires).toHaveLength(1);
  });
});

describe("what cannot be read ends the connection", () => {
  test.each([
    ["no JSON", "{"],
    ["an unknown type", { type: "surprise" }],
    ["a wrong field", { type: "skipped", containerId: "ctr_aaaaaaaaaaaa", from: -1, to: 1 }],
    ["a broken metrics", { type: "metrics", hostId: "x" }],
    ["an array", []],
  ])("%s", (_what, data) => {
    const { socket, wire, messages } = start();
    wire().say(ready);
    wire().say(data);
    expect(messages).toEqual([]);
    expect(socket.state).toMatchObject({ status: "waiting", closeCode: 1002 });
  });
});
