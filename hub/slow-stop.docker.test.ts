import type { Action } from "@yardarm/protocol/action";
import type { ActionResponse } from "@yardarm/protocol/api/actions";
import type { Container } from "@yardarm/protocol/container";
import type { ContainerId } from "@yardarm/protocol/ids";
import { startAgentProcess } from "@yardarm/testkit/agent-process";
import { engineCall, engineRequest } from "@yardarm/testkit/engine-request";
import { startHubProcess } from "@yardarm/testkit/hub-process";
import { TEST_IMAGE } from "@yardarm/testkit/test-image";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { expect, inject, test } from "vitest";

/** Longer than the hub lets anybody wait for an answer (25 s). */
const GRACE_SECONDS = Number(process.env.SLOW_STOP_SECONDS ?? "30");
const PATIENT = { timeoutMs: 120_000, everyMs: 100 };

test("[ACTN-07] [ACTN-09] a container that ignores SIGTERM: 202 meanwhile, running all the while, and the true result in the end", {
  timeout: 300_000,
}, async () => {
  const socketPath = inject("dockerHost").replace("unix://", "");
  await using hub = await startHubProcess({ command: "hub" });
  const session = await hub.signIn();
  await using _agent = await startAgentProcess({ session, name: "slow", dockerHost: inject("dockerHost") });
  const made = await engineCall(socketPath, "POST", `/containers/create?name=stubborn-${process.pid}`, {
    Image: TEST_IMAGE,
    Cmd: ["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"],
    StopTimeout: GRACE_SECONDS,
    HostConfig: { NetworkMode: "none" },
  });
  const { Id: dockerId } = JSON.parse(made.toString()) as { readonly Id: string };
  try {
    await engineCall(socketPath, "POST", `/containers/${dockerId}/start`);
    const containerId = await waitUntil(
      "the hub to show it running",
      async (): Promise<ContainerId | undefined> => {
        const { items } = await session.get<{ readonly items: readonly Container[] }>("/api/containers?state=running");
        return items.find((item) => item.dockerId === dockerId)?.containerId;
      },
      PATIENT,
    );
    const beganMs = performance.now();
    const order = { action: "STOP", reason: "it ignores us" };
    const answer = await session.post<ActionResponse>(`/api/containers/${containerId}/actions`, order);
    const answeredMs = performance.now() - beganMs;
    expect(answer).toMatchObject({ status: "PENDING", action: { state: expect.stringMatching(/accepted|running/) } });
    // Whatever the hub shows until the engine says otherwise, it is "running".
    const states = new Set<string>();
    const action = await waitUntil(
      "the stop to end",
      async () => {
        const { actionId } = answer.action;
        const now = await session.get<Action>(`/api/actions/${actionId}`);
        if (now.settledAtNs !== null) return now;
        states.add((await session.get<Container>(`/api/containers/${containerId}`)).state);
        return undefined;
      },
      PATIENT,
    );
    const tookMs = performance.now() - beganMs;
    process.stdout.write(
      `grace ${GRACE_SECONDS} s: 202 after ${Math.round(answeredMs)} ms, ${action.state} after ${Math.round(tookMs)} ms, shown meanwhile: ${[...states].join(", ")}\n`,
    );
    expect(action).toMatchObject({ state: "succeeded", error: null });
    expect(action.steps?.map(({ state }) => state)).not.toContain("unknown");
    expect(tookMs).toBeGreaterThan(GRACE_SECONDS * 1_000);
    expect(states.has("running")).toBe(true);
    const { State } = JSON.parse((await engineCall(socketPath, "GET", `/containers/${dockerId}/json`)).toString());
    expect(State).toMatchObject({ Running: false, ExitCode: 137 });
    await waitUntil(
      "the hub to show it ended",
      async () => (await session.get<Container>(`/api/containers/${containerId}`)).state === "exited",
      PATIENT,
    );
  } finally {
    await engineRequest(socketPath, "DELETE", `/containers/${dockerId}?force=1`);
  }
});
