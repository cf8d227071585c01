import { defineConfig } from "@playwright/test";
import { CHROMIUM_ARGUMENTS, chromiumPath } from "@yardarm/testkit/chromium";

/** Browser tests on the real hub, the real agent, a private Docker engine and Debian's Chromium. */
export default defineConfig({
  testDir: ".",
  testMatch: "**/*.e2e.ts",
  outputDir: "../test-results",
  globalSetup: "./start-engine.ts",
  globalTimeout: 15 * 60_000,
  timeout: 60_000,
  // How long something that does not come is waited for. No test asserts a time by it; on a busy machine an honest page can take long.
  expect: { timeout: 15_000 },
  workers: 1,
  retries: 0,
  forbidOnly: true,
  use: {
    browserName: "chromium",
    launchOptions: { executablePath: chromiumPath(), args: [...CHROMIUM_ARGUMENTS] },
    trace: "retain-on-failure",
  },
});
