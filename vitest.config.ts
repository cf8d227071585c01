import { availableParallelism } from "node:os";
import path from "node:path";
import { defineConfig } from "vitest/config";

// Threads and programs that tests start load TypeScript from the sources: compiled once, they start three times as fast.
process.env.NODE_COMPILE_CACHE ??= path.join(import.meta.dirname, ".cache/node-compile");

/** One project per need; the suffix of a test file says which (`house.test.ts` refuses a suffix that no project runs). */
const everywhere = ["**/node_modules/**", "**/dist/**", ".cache/**"];

/**
 * How long a hung test may hang. No test asserts a time; on a busy machine an honest one can take long, most of all where
 * threads step back behind everything else, as those that search do.
 */
const PATIENCE = { testTimeout: 180_000, hookTimeout: 180_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: [...everywhere, "**/*.{pg,nats,docker}.test.ts", "web/**"],
          // One more than there are cores: many of these tests wait for programs that they start, or for times of the product.
          maxWorkers: availableParallelism() + 1,
          sequence: { groupOrder: 1 },
          // No module of ours keeps state of its own, so a worker loads each once and not once per file: half the time of the stage.
          isolate: false,
          ...PATIENCE,
        },
      },
      {
        test: {
          name: "pg",
          include: ["**/*.pg.test.ts"],
          exclude: everywhere,
          globalSetup: "testkit/setup-postgres.ts",
          ...PATIENCE,
        },
      },
      {
        test: {
          name: "docker",
          include: ["**/*.docker.test.ts"],
          exclude: everywhere,
          globalSetup: "testkit/setup-docker.ts",
          ...PATIENCE,
        },
      },
      {
        test: {
          name: "web",
          include: ["web/**/*.test.ts", "web/**/*.test.tsx"],
          exclude: everywhere,
          ...PATIENCE,
        },
      },
    ],
  },
});
