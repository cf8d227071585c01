import { expect, test } from "vitest";
import { AttemptLimiter } from "./rate-limit.ts";

const limits = { attempts: 3, firstBlockSeconds: 60, longestBlockSeconds: 200 };

const exhaust = async (limiter: AttemptLimiter, key: string): Promise<void> => {
  for (let count = 0; count < limits.attempts; count += 1) await limiter.consume(key);
};

test("attempts beyond the limit are refused, with the time after which they are not; other keys go on", async () => {
  const limiter = new AttemptLimiter(limits);
  await exhaust(limiter, "a");
  await expect(limiter.consume("a")).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: 60 });
  await expect(limiter.consume("a")).rejects.toMatchObject({
    message: "Too many attempts. Try again in 60 seconds.",
  });
  await limiter.consume("b");
});

test("each further block is twice as long, up to the longest", async () => {
  const limiter = new AttemptLimiter(limits);
  for (const seconds of [60, 120, 200, 200]) {
    await exhaust(limiter, "a");
    await expect(limiter.consume("a")).rejects.toMatchObject({ retryAfterSeconds: seconds });
    for (let count = 0; count <= limits.attempts; count += 1) await limiter.forgive("a");
  }
});

test("of attempts at once no more are let in than the limit says", async () => {
  const limiter = new AttemptLimiter(limits);
  const answers = await Promise.allSettled(Array.from({ length: 10 }, () => limiter.consume("a")));
  expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
});

test("what is forgiven does not count, what is cleared is forgotten", async () => {
  const limiter = new AttemptLimiter(limits);
  for (let count = 0; count < 10; count += 1) {
    await limiter.consume("a");
    await limiter.forgive("a");
  }
  await exhaust(limiter, "a");
  await expect(limiter.consume("a")).rejects.toThrow();
  await limiter.clear("a");
  await exhaust(limiter, "a");
  await expect(limiter.consume("a")).rejects.toMatchObject({ retryAfterSeconds: 60 });
});
