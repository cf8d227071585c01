import type { OrgId } from "@yardarm/protocol/ids";
import { asId } from "@yardarm/protocol/ids";
import { describe, expect, test } from "vitest";
import type { Bus, Subject } from "./bus.ts";

/** A way to open an implementation: two nodes of one cluster (the same object twice where there is only one node). */
export interface BusCluster extends AsyncDisposable {
  readonly nodes: readonly [Bus, Bus];
  /** Resolves when subscriptions made so far are known on both nodes. */
  readonly settled: () => Promise<void>;
}

const ORG = asId<OrgId>("org_0000000000aa");
const OTHER_ORG = asId<OrgId>("org_0000000000bb");
const subject: Subject = { orgId: ORG, name: "agent.hst_1.request" };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (payload: Uint8Array): string => new TextDecoder().decode(payload);

/** Collects texts and lets a test await the n-th. */
const inbox = () => {
  const texts: string[] = [];
  let wake = (): void => {};
  return {
    texts,
    take: (payload: Uint8Array): void => {
      texts.push(text(payload));
      wake();
    },
    until: async (count: number): Promise<readonly string[]> => {
      while (texts.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return texts;
    },
  };
};

/** What every bus must do. */
export const busContract = (name: string, open: () => Promise<BusCluster>): void => {
  describe(`bus contract: ${name}`, () => {
    test("a published message reaches subscribers on both nodes, in order", async () => {
      await using cluster = await open();
      const [one, two] = cluster.nodes;
      const here = inbox();
      const there = inbox();
      one.subscribe(subject, here.take);
      two.subscribe(subject, there.take);
      await cluster.settled();
      for (let index = 0; index < 100; index++) one.publish(subject, bytes(String(index)));
      const expected = Array.from({ length: 100 }, (_, index) => String(index));
      expect(await here.until(100)).toEqual(expected);
      expect(await there.until(100)).toEqual(expected);
    });

    test("a handler is never called inside publish", async () => {
      await using cluster = await open();
      const [one] = cluster.nodes;
      const here = inbox();
      one.subscribe(subject, here.take);
      await cluster.settled();
      one.publish(subject, bytes("later"));
      expect(here.texts).toEqual([]);
      expect(await here.until(1)).toEqual(["later"]);
    });

    test("another org's subject of the same name hears nothing", async () => {
      await using cluster = await open();
      const [one, two] = cluster.nodes;
      const mine = inbox();
      const theirs = inbox();
      one.subscribe(subject, mine.take);
      two.subscribe({ ...subject, orgId: OTHER_ORG }, theirs.take);
      await cluster.settled();
      two.publish(subject, bytes("secret"));
      two.publish({ ...subject, orgId: OTHER_ORG }, bytes("own"));
      expect(await mine.until(1)).toEqual(["secret"]);
      expect(await theirs.until(1)).toEqual(["own"]);
    });

    test("after unsubscribing nothing arrives, and one handler leaving leaves the others", async () => {
      await using cluster = await open();
      const [one] = cluster.nodes;
      const gone = inbox();
      const stays = inbox();
      const leave = one.subscribe(subject, gone.take);
      one.subscribe(subject, stays.take);
      leave();
      await cluster.settled();
      one.publish(subject, bytes("x"));
      expect(await stays.until(1)).toEqual(["x"]);
      expect(gone.texts).toEqual([]);
    });

    test("a handler that throws does not keep the others from hearing", async () => {
      await using cluster = await open();
      const [one] = cluster.nodes;
      const here = inbox();
      one.subscribe(subject, () => {
        throw new Error("broken handler");
      });
      one.subscribe(subject, here.take);
      await cluster.settled();
      one.publish(subject, bytes("x"));
      expect(await here.until(1)).toEqual(["x"]);
    });

    test("a request is answered from the other node", async () => {
      await using cluster = await open();
      const [one, two] = cluster.nodes;
      two.respond(subject, (payload) => Promise.resolve(bytes(`re: ${text(payload)}`)));
      await cluster.settled();
      const reply = await one.request(subject, bytes("hello"), { timeoutMs: 5_000 });
      expect(reply.kind === "answered" ? text(reply.payload) : reply.kind).toBe("re: hello");
    });

    test("a request reaches one responder, however many there are", async () => {
      await using cluster = await open();
      const [one, two] = cluster.nodes;
      const served: string[] = [];
      for (const bus of [one, two]) {
        bus.respond(subject, (payload) => {
          served.push(text(payload));
          return Promise.resolve(bytes("ok"));
        });
      }
      await cluster.settled();
      for (const word of ["a", "b", "c"]) await one.request(subject, bytes(word), { timeoutMs: 5_000 });
      expect(served).toEqual(["a", "b", "c"]);
    });

    test("nobody answering is known at once; a responder that left counts as nobody", async () => {
      await using cluster = await open();
      const [one, two] = cluster.nodes;
      expect(await one.request(subject, bytes("x"), { timeoutMs: 60_000 })).toEqual({ kind: "no_responder" });
      const leave = two.respond(subject, () => Promise.resolve(bytes("ok")));
      await cluster.settled();
      leave();
      await cluster.settled();
      expect(await one.request(subject, bytes("x"), { timeoutMs: 60_000 })).toEqual({ kind: "no_responder" });
    });

    test("a responder that never answers times out", async () => {
      await using cluster = await open();
      const [one, two] = cluster.nodes;
      two.respond(subject, () => new Promise<never>(() => {}));
      await cluster.settled();
      expect(await one.request(subject, bytes("x"), { timeoutMs: 20 })).toEqual({ kind: "timed_out" });
    });

    test("names that are not words are refused, so that no subject reaches into another org", async () => {
      await using cluster = await open();
      const [one] = cluster.nodes;
      for (const name of ["", "a..b", "a.*", ">", "a b", "a.", ".a", "ä"]) {
        expect(() => one.publish({ orgId: ORG, name }, bytes("x")), name).toThrow(RangeError);
        expect(() => one.subscribe({ orgId: ORG, name }, () => {}), name).toThrow(RangeError);
      }
      expect(() => one.publish({ orgId: asId<OrgId>("org_a.b"), name: "x" }, bytes("x"))).toThrow(RangeError);
    });

    test("closing answers open requests and ends subscriptions", async () => {
      await using cluster = await open();
      const [one] = cluster.nodes;
      one.respond(subject, () => new Promise<never>(() => {}));
      await cluster.settled();
      const open_ = one.request(subject, bytes("x"), { timeoutMs: 60_000 });
      await one.close();
      expect(await open_).toEqual({ kind: "no_responder" });
    });
  });
};
