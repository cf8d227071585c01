import type { OlderLogs } from "@yardarm/protocol/api/older-logs";
import type { Container } from "@yardarm/protocol/container";
import { startAgentProcess } from "@yardarm/testkit/agent-process";
import { startHubProcess } from "@yardarm/testkit/hub-process";
import { runTestContainer } from "@yardarm/testkit/test-container";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { expect, inject, test } from "vitest";

const LINES = 5_000;
const FIRST_CONTACT = 200;
const PATIENCE_MS = 180_000;
const numbered = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);

/** The hub, the shipped agent and a real engine: what a person sees who scrolls back. */
test("[LOGS-15] [LOG-19] the host's own log goes on exactly where the store ends, and is said to be away when it is", {
  timeout: PATIENCE_MS,
}, async () => {
  const dockerHost = inject("dockerHost");
  const script = `i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo "line $i"; done; sleep 600`;
  await using container = await runTestContainer(dockerHost.replace("unix://", ""), { name: "read-through", script });
  await container.untilItPrinted(`line ${LINES}`);
  await using hub = await startHubProcess({ command: "hub" });
  const session = await hub.signIn();
  await using agent = await startAgentProcess({ session, name: "old-host", dockerHost });
  const containerId = await waitUntil("the hub to know the container", async () => {
    const { items } = await session.get<{ items: readonly Container[] }>("/api/containers");
    return items.find(({ dockerId }) => dockerId === container.dockerId)?.containerId;
  });
  const older = (query: string): Promise<OlderLogs> =>
    session.get(`/api/containers/${containerId}/logs/older?${query}`);
  // First contact stores the last 200 lines, behind a record of the rest.
  await waitUntil("the last 200 lines to be stored", async () => {
    const { items } = await older("lines=1");
    return items[0]?.message === `line ${LINES - FIRST_CONTACT}`;
  });

  const pages: OlderLogs[] = [await older("lines=2000")];
  while (pages[0]?.nextCursor != null) {
    const { nextCursor } = pages[0];
    pages.unshift(await older(`lines=2000&cursor=${encodeURIComponent(nextCursor)}`));
  }
  const lines = pages.flatMap(({ items }) => items);
  expect(lines.map(({ message }) => message)).toEqual(numbered(1, LINES - FIRST_CONTACT));
  expect(new Set(lines.map(({ from, stream }) => `${from} ${stream}`))).toEqual(new Set(["host stdout"]));
  expect(pages.map(({ end }) => end)).toEqual(["begins", "more", "more"]);

  await expect(older("cursor=forged")).rejects.toThrow("invalid_request");
  await agent.kill();
  await expect(older("lines=1")).rejects.toThrow("agent_offline");
});
