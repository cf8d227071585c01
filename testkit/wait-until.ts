import { setTimeout as delay } from "node:timers/promises";

/**
 * Asks again until the answer is truthy, for things outside this process that announce nothing (a socket that appears, a pid that goes).
 * Where an event exists, await the event instead. The end of its patience asserts no time: it only says what was waited for
 * before the whole test is given up (PATIENCE in vitest.config.ts).
 * @throws Error with `what` when `timeoutMs` is over
 */
export async function waitUntil<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs = 120_000, everyMs = 25 }: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (performance.now() >= deadline) throw new Error(`Waited ${timeoutMs} ms in vain for: ${what}`);
    await delay(everyMs);
  }
}
