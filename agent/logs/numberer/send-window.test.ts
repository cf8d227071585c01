import { expect, test } from "vitest";
import { SendWindow, WindowShare } from "./send-window.ts";

test("[LOGS-10] one flood may use most of the window, and leaves room for a quiet container", () => {
  const window = new SendWindow(800);
  const flood = new WindowShare(window);
  const quiet = new WindowShare(window);
  flood.sent(1, 699);
  expect(flood.isOpen).toBe(true);
  flood.sent(2, 1);
  expect([flood.isOpen, quiet.isOpen]).toEqual([false, true]);
  quiet.sent(1, 50);
  expect(window.bytes).toBe(750);
});

test("shares shrink as more containers are under way, and grow again as the hub commits", () => {
  const window = new SendWindow(800);
  const [first, second] = [new WindowShare(window), new WindowShare(window)] as const;
  first.sent(10, 400);
  expect(first.isOpen).toBe(true);
  second.sent(10, 10);
  expect([first.isOpen, second.isOpen]).toEqual([false, true]);
  second.acknowledged(10);
  expect(first.isOpen).toBe(true);
});

test("only what is below the acknowledged number is released", () => {
  const window = new SendWindow(800);
  const share = new WindowShare(window);
  share.sent(10, 100);
  share.sent(20, 200);
  share.acknowledged(15);
  expect(share.bytes).toBe(200);
  share.acknowledged(20);
  expect([share.bytes, window.bytes]).toEqual([0, 0]);
});

test("nobody reads while the whole window is full", () => {
  const window = new SendWindow(100);
  new WindowShare(window).sent(1, 100);
  const other = new WindowShare(window);
  expect(other.isOpen).toBe(false);
});

test("[LOGS-10] many floods together stop at the reserve, before a quiet container is held up", () => {
  const closed: string[] = [];
  const window = new SendWindow(800, () => closed.push("shared"));
  const floods = Array.from({ length: 7 }, () => new WindowShare(window));
  for (const flood of floods) flood.sent(1, 99);
  expect([floods.every(({ isOpen }) => isOpen), closed]).toEqual([true, []]);
  // Each is below its share of 100, and yet all of them have to stop.
  floods[0]?.sent(2, 40);
  expect([floods.some(({ isOpen }) => isOpen), closed]).toEqual([false, ["shared"]]);
  expect(new WindowShare(window).isOpen).toBe(true);
});

test("a connection that ends gives everything back", () => {
  const window = new SendWindow(100);
  const share = new WindowShare(window);
  share.sent(1, 100);
  share.clear();
  expect([window.bytes, share.isOpen]).toEqual([0, true]);
});
