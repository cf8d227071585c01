import { FRAME_LOG_BATCH, FRAME_PREFIX_BYTES, writeFramePrefix } from "@yardarm/protocol/log/frame";
import { describe, expect, test } from "vitest";
import type { CommittedLog } from "./committed-log.ts";
import { World } from "./log-world.contract.ts";
import { containerIdOf, HOST, logFrame, ORG } from "./world-agent.contract.ts";
import type { WorldViewer } from "./world-viewer.contract.ts";

/**
 * What the relay does on top of any log store. `open` gives an empty store.
 *
 * Above 300 lines because it is one list: what agents, viewers and the store may expect of each other, rule by rule.
 */
export const logRelayContract = (name: string, open: () => Promise<CommittedLog & AsyncDisposable>): void => {
  const heldFrom = (viewer: WorldViewer, fromSeq: number, endSeq: number): void => {
    const { lines } = viewer.of(1);
    expect({ count: lines.size, doubles: viewer.doubles }).toEqual({ count: endSeq - fromSeq, doubles: 0 });
    for (let seq = fromSeq; seq < endSeq; seq++) if (!lines.has(seq)) throw new Error(`Line ${seq} is missing.`);
  };

  describe(`log relay on ${name}`, () => {
    test("[LOG-3] a container without history starts at 0; what is covered is committed, then acknowledged", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      expect(agent.stream(1)).toMatchObject({ nextSeq: 0, isWatched: false });
      agent.lines(1, 10);
      agent.lines(1, 5, { zstd: true });
      agent.cursor(1);
      await world.relay.settled();
      expect(agent.inbox.filter(({ type }) => type === "ack")).toEqual([]);
      world.pass(250);
      agent.hear();
      expect(agent.stream(1).ackedSeq).toBe(15);
      expect((await log.cursors(ORG, [containerIdOf(1)])).get(containerIdOf(1))?.nextSeq).toBe(15);
    });

    test("[LOG-3] a frame without its cursor is neither committed nor acknowledged", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      agent.lines(1, 10);
      await world.relay.settled();
      world.pass(1_000);
      agent.hear();
      expect(agent.stream(1).ackedSeq).toBe(0);
      expect((await log.cursors(ORG, [containerIdOf(1)])).size).toBe(0);
    });

    test("[LOG-4] a batch that does not follow is answered by one rewind; frames are ignored until it is obeyed", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      agent.lines(1, 10);
      agent.cursor(1);
      agent.lines(1, 5);
      agent.lines(1, 5, { firstSeq: 20 });
      agent.lines(1, 5);
      agent.cursor(1);
      await world.until(() => agent.inbox.some(({ type }) => type === "log.rewind"));
      expect(agent.inbox.filter(({ type }) => type === "log.rewind")).toEqual([
        {
          type: "log.rewind",
          alias: agent.stream(1).alias,
          nextSeq: 10,
          cursor: { nextSeq: 10, tsNs: "10", ordinal: 0, tail: [] },
        },
      ]);
      agent.lines(1, 5);
      expect(world.drops.get("rewind_pending")).toBe(3);
      agent.hear();
      agent.lines(1, 7);
      agent.cursor(1);
      await world.relay.settled();
      expect((await log.cursors(ORG, [containerIdOf(1)])).get(containerIdOf(1))?.nextSeq).toBe(17);
    });

    test("[LOG-4] a cursor that does not end where the frames end is answered by a rewind", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      agent.lines(1, 10);
      agent.stream(1).nextSeq = 12;
      agent.cursor(1);
      await world.until(() => agent.inbox.some(({ type }) => type === "log.rewind"));
      agent.hear();
      expect(agent.stream(1).nextSeq).toBe(0);
    });

    test("[LOG-5] a new connection goes on at the committed cursor; a stale one is ignored", async () => {
      await using log = await open();
      const world = new World({ log });
      const first = await world.followed(1);
      first.lines(1, 10);
      first.cursor(1);
      first.lines(1, 10);
      first.leave();
      const second = await world.followed(1);
      expect(second.stream(1).nextSeq).toBe(10);
      expect(second.stream(1).alias).toBe(first.stream(1).alias);
      expect(() => first.lines(1, 1)).toThrow(expect.objectContaining({ code: "unknown_alias" }));
      second.lines(1, 3);
      second.cursor(1);
      await world.relay.settled();
      expect((await log.cursors(ORG, [containerIdOf(1)])).get(containerIdOf(1))?.nextSeq).toBe(13);
    });

    test("[LOG-23] of removed containers an agent is assigned those whose log has no end yet", async () => {
      await using log = await open();
      const world = new World({ log });
      const first = await world.followed(1, 2);
      for (const index of [1, 2]) first.lines(index, 10);
      first.cursor(1, { ended: true });
      first.cursor(2);
      await world.relay.settled();
      first.leave();
      const second = world.agent();
      await second.assignRemoved(1, 2, 3);
      second.hear();
      expect([...second.streams.keys()]).toEqual([containerIdOf(2), containerIdOf(3)]);
      expect(second.stream(2).nextSeq).toBe(10);
      // It says what is missing, and that this is the end; nobody asks again.
      second.lines(2, 1);
      for (const index of [2, 3]) second.cursor(index, { ended: true });
      await world.relay.settled();
      second.leave();
      const third = world.agent();
      await third.assignRemoved(1, 2, 3);
      expect(third.inbox).toEqual([]);
      const cursors = await log.cursors(ORG, [containerIdOf(2), containerIdOf(3)]);
      expect([...cursors.values()].map(({ nextSeq, ended }) => ({ nextSeq, ended }))).toEqual([
        { nextSeq: 11, ended: true },
        { nextSeq: 0, ended: true },
      ]);
    });

    test("[LOG-2] an alias of another connection, an unknown one, or one that was released is refused", async () => {
      await using log = await open();
      const world = new World({ log });
      const one = await world.followed(1);
      const two = await world.followed(2);
      const stolen = logFrame(one.stream(1).alias, containerIdOf(2), { firstSeq: 0, lines: 1 });
      const refusal = expect.objectContaining({ code: "unknown_alias" });
      expect(() => world.relay.frame(two.connection, stolen)).toThrow(refusal);
      expect(() => world.relay.frame(one.connection, stolen)).not.toThrow();
      const unknown = logFrame(999, containerIdOf(2), { firstSeq: 0, lines: 1 });
      expect(() => world.relay.frame(two.connection, unknown)).toThrow(refusal);
      world.relay.release(two.connection, containerIdOf(2));
      expect(() => two.lines(2, 1)).toThrow(refusal);
    });

    test("[LOG-23] a removed container's alias is taken back once the end of its log is committed, not before", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1, 2);
      agent.lines(1, 3);
      world.relay.retire(agent.connection, containerIdOf(1));
      world.pass(100);
      // What the agent still reads is taken.
      agent.lines(1, 4);
      agent.cursor(1);
      await world.relay.settled();
      world.pass(100);
      agent.lines(1, 1);
      agent.cursor(1, { ended: true });
      agent.cursor(2, { ended: true });
      await world.relay.settled();
      world.pass(100);
      expect(() => agent.lines(1, 1)).toThrow(expect.objectContaining({ code: "unknown_alias" }));
      expect(() => agent.lines(2, 1), "nobody said that it is gone").not.toThrow();
      expect((await log.cursors(ORG, [containerIdOf(1)])).get(containerIdOf(1))).toMatchObject({
        nextSeq: 8,
        ended: true,
      });
      // It may be back, and is followed again.
      await agent.assign(1);
      agent.hear();
      agent.lines(1, 2);
      agent.cursor(1);
      await world.relay.settled();
      expect((await log.cursors(ORG, [containerIdOf(1)])).get(containerIdOf(1))?.nextSeq).toBe(10);
    });

    test("[LOG-2] garbage behind a valid prefix is malformed", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      const garbage = new Uint8Array(200).fill(0xa5);
      writeFramePrefix(garbage, FRAME_LOG_BATCH, agent.stream(1).alias);
      const refusal = expect.objectContaining({ code: "malformed_frame" });
      expect(() => world.relay.frame(agent.connection, garbage)).toThrow(refusal);
      const cursor = new Uint8Array(FRAME_PREFIX_BYTES + 3).fill(0x7b);
      writeFramePrefix(cursor, 2, agent.stream(1).alias);
      expect(() => world.relay.frame(agent.connection, cursor)).toThrow(refusal);
      expect(() => world.relay.frame(agent.connection, new Uint8Array(3))).toThrow(refusal);
    });

    test("[LOG-6] the agent is asked to stream with the first viewer, and to stop a while after the last", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      const [one, two] = [world.viewer(), world.viewer()];
      one.subscribe(1);
      two.subscribe(1);
      await world.until(() => agent.inbox.length > 0, [one, two]);
      agent.hear();
      expect(agent.heard.filter(({ type }) => type === "log.stream.start")).toHaveLength(1);
      one.viewer.close();
      two.viewer.close();
      world.pass(4_999);
      const three = world.viewer();
      three.subscribe(1);
      await world.until(() => three.watched.size > 0, [three]);
      world.pass(10_000);
      expect(agent.inbox).toEqual([]);
      three.viewer.close();
      world.pass(5_000);
      agent.hear();
      expect(agent.stream(1).isWatched).toBe(false);
    });

    test("[LOG-6] an agent that comes back is told at once what is watched", async () => {
      await using log = await open();
      const world = new World({ log });
      const viewer = world.viewer();
      viewer.subscribe(1);
      await world.until(() => viewer.watched.size > 0, [viewer]);
      const agent = await world.followed(1);
      expect(agent.heard.map(({ type }) => type)).toEqual(["log.assign", "log.stream.start"]);
    });

    test("[LOG-8] backfill and live stream are one sequence: the last 1,000 lines, then what comes", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      for (let batch = 0; batch < 30; batch++) {
        agent.lines(1, 100, { zstd: batch % 2 === 0 });
        agent.cursor(1);
      }
      await world.relay.settled();
      agent.lines(1, 50);
      const viewer = world.viewer();
      viewer.subscribe(1);
      agent.lines(1, 3);
      await world.until(() => viewer.watched.has(containerIdOf(1)), [viewer]);
      agent.lines(1, 4, { zstd: true });
      agent.lines(1, 5);
      await world.until(() => viewer.of(1).expected === 3_062, [viewer]);
      expect(viewer.messages[0]).toMatchObject({ type: "log.subscribed", fromSeq: 2_053, nextSeq: 3_053 });
      heldFrom(viewer, 2_053, 3_062);
    });

    test("[LOG-8] sinceSeq resumes exactly there, from the store; a seq that does not exist yet means from now on", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      for (let batch = 0; batch < 30; batch++) {
        agent.lines(1, 100);
        agent.cursor(1);
      }
      await world.relay.settled();
      const [past, future] = [world.viewer(), world.viewer()];
      past.subscribe(1, { sinceSeq: 137 });
      future.subscribe(1, { sinceSeq: 99_999 });
      await world.until(() => past.watched.size > 0 && past.of(1).expected === 3_000, [past, future]);
      heldFrom(past, 137, 3_000);
      expect(future.of(1).fromSeq).toBe(3_000);
    });

    test("[LOG-8] tail 0 starts with the next line; more than there is starts with the first", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      agent.lines(1, 10);
      const [none, all] = [world.viewer(), world.viewer()];
      none.subscribe(1, { tail: 0 });
      all.subscribe(1, { tail: 5_000 });
      await world.until(() => none.watched.size + all.watched.size === 2, [none, all]);
      agent.lines(1, 2);
      await world.until(() => none.of(1).expected === 12 && all.of(1).expected === 12, [none, all]);
      heldFrom(none, 10, 12);
      heldFrom(all, 0, 12);
    });

    test("[LOG-8] a container that no agent follows is read from the store, and goes live when an agent comes", async () => {
      await using log = await open();
      const before = new World({ log });
      const agent = await before.followed(1);
      agent.lines(1, 40);
      agent.cursor(1);
      await before.relay.settled();
      const world = new World({ log, node: "nod_00000000000002" });
      const viewer = world.viewer();
      viewer.subscribe(1, { tail: 10 });
      await world.until(() => viewer.watched.size > 0 && viewer.of(1).expected === 40, [viewer]);
      const back = await world.followed(1);
      back.lines(1, 5);
      await world.until(() => viewer.of(1).expected === 45, [viewer]);
      heldFrom(viewer, 30, 45);
      expect(viewer.messages.filter(({ type }) => type === "log.subscribed")).toHaveLength(1);
    });

    test("[LOG-9] lines that were shown but not committed are numbered anew in a new epoch, and come again", async () => {
      await using log = await open();
      const world = new World({ log });
      const first = await world.followed(1);
      const viewer = world.viewer();
      viewer.subscribe(1);
      await world.until(() => viewer.watched.size > 0, [viewer]);
      const { epoch } = viewer.of(1);
      first.lines(1, 10);
      first.cursor(1);
      first.lines(1, 10);
      await world.until(() => viewer.of(1).expected === 20, [viewer]);
      first.leave();
      const second = await world.followed(1);
      await world.until(() => viewer.of(1).epoch !== epoch, [viewer]);
      expect(viewer.messages.at(-1)).toMatchObject({ type: "log.subscribed", fromSeq: 10, committedSeq: 10 });
      expect(viewer.of(1).lines.size).toBe(10);
      second.lines(1, 30);
      await world.until(() => viewer.of(1).expected === 40, [viewer]);
      heldFrom(viewer, 0, 40);
    });

    test("[LOG-9] nothing uncommitted, no new epoch: a reconnect is invisible", async () => {
      await using log = await open();
      const world = new World({ log });
      const first = await world.followed(1);
      const viewer = world.viewer();
      viewer.subscribe(1);
      first.lines(1, 10);
      first.cursor(1);
      await world.until(() => viewer.watched.size > 0 && viewer.of(1).expected === 10, [viewer]);
      await world.relay.settled();
      first.leave();
      const second = await world.followed(1);
      second.lines(1, 10);
      await world.until(() => viewer.of(1).expected === 20, [viewer]);
      expect(viewer.messages.filter(({ type }) => type !== "log.committed")).toHaveLength(1);
    });

    test("[LOG-9] another start of the hub has another epoch, which begins where the store ends", async () => {
      await using log = await open();
      const before = new World({ log });
      const agent = await before.followed(1);
      const viewer = before.viewer();
      viewer.subscribe(1);
      agent.lines(1, 10);
      agent.cursor(1);
      await before.until(() => viewer.watched.size > 0 && viewer.of(1).expected === 10, [viewer]);
      await before.relay.settled();
      const world = new World({ log, node: "nod_00000000000002" });
      const back = await world.followed(1);
      back.lines(1, 10);
      const again = world.viewer();
      again.subscribe(1, { sinceSeq: 15 });
      await world.until(() => again.watched.size > 0, [again]);
      const subscribed = again.messages[0];
      expect(subscribed).toMatchObject({ type: "log.subscribed", fromSeq: 15, committedSeq: 10, nextSeq: 20 });
      expect(again.of(1).epoch).not.toBe(viewer.of(1).epoch);
    });

    test("[LOG-9] a client that slept through several epochs, or several hubs, is told the lowest of their beginnings", async () => {
      await using log = await open();
      const world = new World({ log });
      const first = await world.followed(1);
      const sleeper = world.viewer();
      sleeper.subscribe(1);
      first.lines(1, 10);
      first.cursor(1);
      first.lines(1, 20);
      await world.until(() => sleeper.watched.size > 0 && sleeper.of(1).expected === 30, [sleeper]);
      await world.relay.settled();
      const { epoch } = sleeper.of(1);
      sleeper.viewer.close();
      // It holds 10 to 29 of a numbering that ends here; the next one commits 10 to 39, and leaves 40 to 44 uncommitted.
      const holds = { sinceSeq: 30, epoch, committedSeq: 10 };
      first.leave();
      const second = await world.followed(1);
      second.lines(1, 30);
      second.cursor(1);
      second.lines(1, 5);
      await world.relay.settled();
      second.leave();
      await world.followed(1);
      const answerOf = async (relay: World): Promise<object | undefined> => {
        const back = relay.viewer();
        back.subscribe(1, holds);
        await relay.until(() => back.messages.length > 0, [back]);
        return back.messages[0];
      };
      expect(await answerOf(world)).toMatchObject({ type: "log.subscribed", fromSeq: 30, committedSeq: 10 });
      // A hub that knows nothing of any of it, and begins where the store ends now.
      const later = new World({ log, node: "nod_00000000000002" });
      await later.followed(1);
      expect(await answerOf(later)).toMatchObject({ type: "log.subscribed", fromSeq: 30, committedSeq: 10 });
    });

    test("[LOG-9] a viewer that comes when everything is committed is told so once it has caught up", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      agent.lines(1, 10);
      agent.cursor(1);
      await world.relay.settled();
      const viewer = world.viewer();
      viewer.subscribe(1);
      await world.until(() => viewer.messages.some(({ type }) => type === "log.committed"), [viewer]);
      expect(viewer.of(1).expected).toBe(10);
      expect(viewer.messages.flatMap((message) => (message.type === "log.committed" ? [message.seq] : []))).toEqual([
        10,
      ]);
    });

    test("[LOG-9] a viewer is told how far its lines are committed, every few seconds while that grows", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      const viewer = world.viewer();
      viewer.subscribe(1);
      await world.until(() => viewer.watched.size > 0, [viewer]);
      const told = (): readonly number[] =>
        viewer.messages.flatMap((message) => (message.type === "log.committed" ? [message.seq] : []));
      const commit = async (): Promise<void> => {
        agent.lines(1, 10);
        agent.cursor(1);
        await world.relay.settled();
        world.endTurn();
      };
      await commit();
      world.pass(100);
      await commit();
      world.pass(100);
      await world.until(() => told().length > 0, [viewer]);
      expect(told()).toEqual([10]);
      world.pass(5_000);
      world.pass(5_000);
      await world.until(() => told().length > 1, [viewer]);
      expect(told(), "and not again while nothing is committed").toEqual([10, 20]);
    });

    test("[LOG-10] a slow viewer loses the oldest live frames, is told the range, and fetches it", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      const [slow, quick] = [world.viewer(), world.viewer()];
      slow.subscribe(1);
      quick.subscribe(1);
      await world.until(() => slow.watched.size + quick.watched.size === 2, [slow, quick]);
      for (let round = 0; round < 130; round++) {
        agent.lines(1, 1_000);
        agent.cursor(1);
        world.endTurn();
        quick.read();
        expect(slow.viewer.pendingBytes).toBeLessThan(4 * 1024 * 1024 + 300_000);
        if (round % 20 === 0) await world.relay.settled();
      }
      expect(world.drops.get("viewer_queue_full")).toBeGreaterThan(10);
      expect(quick.skippedLines).toBe(0);
      heldFrom(quick, 0, 130_000);
      await world.until(() => slow.of(1).lines.size === 130_000, [slow]);
      expect(slow.skippedLines).toBeGreaterThan(0);
      heldFrom(slow, 0, 130_000);
    });

    test("[LOG-10] a viewer that does not catch up after its backfill is told what it skips", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      const send = async (rounds: number): Promise<void> => {
        for (let round = 0; round < rounds; round++) {
          agent.lines(1, 1_000);
          agent.cursor(1);
          world.endTurn();
          if (round % 20 === 19) await world.relay.settled();
        }
        await world.relay.settled();
      };
      await send(20);
      const viewer = world.viewer();
      viewer.refetches = false;
      viewer.subscribe(1, { sinceSeq: 0 });
      await world.until(() => viewer.viewer.pendingBytes > 1024 * 1024);
      await send(60);
      await world.until(() => viewer.watched.size > 0 && viewer.of(1).expected === 80_000, [viewer]);
      expect(viewer.skippedLines).toBeGreaterThan(50_000);
      expect(viewer.of(1).lines.size).toBe(80_000 - viewer.skippedLines);
      agent.lines(1, 5);
      await world.until(() => viewer.of(1).expected === 80_005, [viewer]);
    });

    test("[LOG-11] older lines are fetched in order, from a container that is subscribed", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      for (let batch = 0; batch < 30; batch++) {
        agent.lines(1, 100);
        agent.cursor(1);
      }
      await world.relay.settled();
      const viewer = world.viewer();
      viewer.subscribe(1, { tail: 10 });
      await world.until(() => viewer.watched.size > 0 && viewer.of(1).expected === 3_000, [viewer]);
      viewer.fetch(1, 55, 2_345);
      await world.until(() => viewer.messages.some(({ type }) => type === "log.fetched"), [viewer]);
      expect(viewer.messages.at(-1)).toEqual({
        ...{ type: "log.fetched", containerId: containerIdOf(1) },
        ...{ fromSeq: 55, toSeq: 2_345 },
      });
      expect(viewer.of(1).lines.size).toBe(10 + 2_290);
      expect(() => viewer.fetch(2, 0, 1)).toThrow(expect.objectContaining({ code: "not_found" }));
    });

    test("[LOG-12] JSON viewers get the public lines, beside binary ones", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      agent.lines(1, 20, { zstd: true });
      const [json, binary] = [world.viewer(), world.viewer()];
      json.subscribe(1, { encoding: "json" });
      binary.subscribe(1);
      await world.until(() => json.watched.size + binary.watched.size === 2, [json, binary]);
      agent.lines(1, 20);
      await world.until(() => json.of(1).expected === 40 && binary.of(1).expected === 40, [json, binary]);
      heldFrom(json, 0, 40);
      heldFrom(binary, 0, 40);
      const logs = json.messages.find((message) => message.type === "logs");
      expect(logs?.type === "logs" && logs.lines[0]).toMatchObject({ seq: 0, stream: "stdout", level: "unknown" });
    });

    test("[LOG-13] one write per viewer and turn, however many frames came", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      const viewer = world.viewer();
      viewer.subscribe(1);
      await world.until(() => viewer.watched.size > 0, [viewer]);
      const before = viewer.writes;
      for (let frame = 0; frame < 100; frame++) agent.lines(1, 1);
      world.endTurn();
      expect(viewer.writes).toBe(before + 1);
      viewer.read();
      heldFrom(viewer, 0, 100);
    });

    test("[LOG-14] an agent that ignores its window is refused", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      const flood = (): void => {
        for (let frame = 0; frame < 500; frame++) agent.lines(1, 1_000);
      };
      expect(flood).toThrow(expect.objectContaining({ code: "rate_limited" }));
    });

    test("[LOG-8] a second subscription replaces the first; unsubscribing ends it; another org sees nothing", async () => {
      await using log = await open();
      const world = new World({ log });
      const agent = await world.followed(1);
      agent.lines(1, 10);
      const viewer = world.viewer();
      viewer.subscribe(1, { tail: 1 });
      await world.until(() => viewer.watched.size > 0 && viewer.of(1).expected === 10, [viewer]);
      viewer.subscribe(1, { sinceSeq: 5 });
      await world.until(() => viewer.messages.length === 2 && viewer.of(1).expected === 10, [viewer]);
      world.relay.unsubscribe(viewer.viewer, containerIdOf(1));
      agent.lines(1, 10);
      world.endTurn();
      viewer.read();
      expect(viewer.of(1).expected).toBe(10);
      const stranger = world.viewer();
      world.relay.subscribe(stranger.viewer, {
        orgId: "org_0000000000bb" as typeof ORG,
        containerId: containerIdOf(1),
      });
      await world.until(() => stranger.messages.length > 0, [stranger]);
      expect(stranger.messages[0]).toMatchObject({ type: "error", code: "not_found", refused: "log.subscribe" });
      expect(HOST).toBe(agent.connection.hostId);
    });
  });
};
