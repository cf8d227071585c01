import { describe, expect, test } from "vitest";
import { createSocketPair, type MessageSocket } from "./socket-pair.ts";

const listen = (socket: MessageSocket): string[] => {
  const heard: string[] = [];
  socket.onMessage((data) => heard.push(typeof data === "string" ? data : `<${data.join(" ")}>`));
  socket.onClose((code, reason) => heard.push(`closed ${code} ${reason}`));
  return heard;
};

describe("a socket pair whose delivery the test controls", () => {
  test("delivers nothing by itself, then one by one, then all, in order", () => {
    const { left, right, toRight } = createSocketPair();
    const heard = listen(right);
    left.send("a");
    left.send(Uint8Array.of(1, 2));
    left.send("c");
    expect(heard).toEqual([]);
    toRight.deliverOne();
    expect(heard).toEqual(["a"]);
    expect(toRight.deliverAll()).toBe(2);
    expect(heard).toEqual(["a", "<1 2>", "c"]);
  });

  test("counts what is buffered in bytes, and lets go part of a message", () => {
    const { left, right, toRight } = createSocketPair();
    const heard = listen(right);
    left.send("äöü");
    left.send("four");
    expect(left.bufferedAmount).toBe(10);
    toRight.transmit(5);
    expect([left.bufferedAmount, heard]).toEqual([5, []]);
    toRight.transmit(2);
    expect([left.bufferedAmount, heard]).toEqual([3, ["äöü"]]);
    toRight.transmit(3);
    expect([left.bufferedAmount, heard]).toEqual([0, ["äöü", "four"]]);
  });

  test("a sender may use its buffer again after send", () => {
    const { left, right, toRight } = createSocketPair();
    const heard = listen(right);
    const buffer = Uint8Array.of(1);
    left.send(buffer);
    buffer[0] = 9;
    toRight.deliverAll();
    expect(heard).toEqual(["<1>"]);
  });

  test("a cut loses what is under way, and both sides learn it once", () => {
    const pair = createSocketPair();
    const heardLeft = listen(pair.left);
    const heardRight = listen(pair.right);
    pair.left.send("lost");
    pair.cut();
    pair.left.send("after");
    pair.deliverAll();
    pair.cut();
    expect([heardLeft, heardRight]).toEqual([["closed 1006 "], ["closed 1006 "]]);
  });

  test("a close comes after what was sent before it, and is answered", () => {
    const pair = createSocketPair();
    const heardLeft = listen(pair.left);
    const heardRight = listen(pair.right);
    pair.left.send("last words");
    pair.left.close(4001, "superseded");
    pair.left.send("too late");
    pair.right.send("still on its way");
    pair.toRight.deliverAll();
    expect(heardRight).toEqual(["last words", "closed 4001 superseded"]);
    pair.toLeft.deliverAll();
    expect(heardLeft).toEqual(["still on its way", "closed 4001 superseded"]);
  });

  test("flows by itself when told to, and stalls again", async () => {
    const { left, right, toRight } = createSocketPair();
    const heard = listen(right);
    left.send("waiting");
    toRight.flow();
    left.send("at once");
    await Promise.resolve();
    expect(heard).toEqual(["waiting", "at once"]);
    toRight.stall();
    left.send("stalled");
    await Promise.resolve();
    expect([heard.length, left.bufferedAmount]).toEqual([2, 7]);
  });
});
