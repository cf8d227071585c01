import type { ActionPlan, BulkAction } from "@yardarm/protocol/api/bulk-actions";
import type { Container } from "@yardarm/protocol/container";
import type { ContainerId } from "@yardarm/protocol/ids";
import { startAgentProcess } from "@yardarm/testkit/agent-process";
import { engineCall } from "@yardarm/testkit/engine-request";
import { startHubProcess } from "@yardarm/testkit/hub-process";
import { tamperWithSqlite } from "@yardarm/testkit/tamper-audit";
import { runTestContainer, type TestContainer } from "@yardarm/testkit/test-container";
import { waitUntil } from "@yardarm/testkit/wait-until";
import { expect, inject, test } from "vitest";

const PATIENT = { timeoutMs: 120_000, everyMs: 50 };

test("[ACTN-11] on the engine: a failure stops what follows where that was asked, and only there; a plan that is too old does nothing", {
  timeout: 300_000,
}, async () => {
  const socketPath = inject("dockerHost").replace("unix://", "");
  await using hub = await startHubProcess({ command: "hub" });
  const session = await hub.signIn();
  await using _agent = await startAgentProcess({ session, name: "bulk", dockerHost: inject("dockerHost") });
  const run = (word: string): Promise<TestContainer> =>
    runTestContainer(socketPath, { name: `bulk-${word}-${process.pid}`, script: "sleep 600" });
  await using first = await run("first");
  await using restarted = await run("restarted");
  await using last = await run("last");
  const isUp = async ({ dockerId }: TestContainer): Promise<boolean> =>
    JSON.parse((await engineCall(socketPath, "GET", `/containers/${dockerId}/json`)).toString()).State.Running;
  const shown = ({ dockerId }: TestContainer, state: Container["state"]): Promise<ContainerId> =>
    waitUntil(
      `the hub to show ${state}`,
      async () => {
        const { items } = await session.get<{ readonly items: readonly Container[] }>("/api/containers");
        return items.find((item) => item.dockerId === dockerId && item.state === state)?.containerId;
      },
      PATIENT,
    );
  const plan = async (...containers: readonly TestContainer[]): Promise<ActionPlan> => {
    const containerIds = await Promise.all(containers.map((container) => shown(container, "running")));
    return session.post<ActionPlan>("/api/actions/plan", { action: "STOP", containerIds });
  };
  const carryOut = async ({ planId }: ActionPlan, stopOnFailure: boolean): Promise<BulkAction> => {
    const order = { planId, reason: "maintenance", parallelism: 1, stopOnFailure };
    await session.post("/api/actions/bulk", order);
    return waitUntil(
      "the bulk action to end",
      async () => {
        const bulk = await session.get<BulkAction>(`/api/actions/bulk/${planId}`);
        return bulk.state === "running" ? undefined : bulk;
      },
      PATIENT,
    );
  };
  /** What was planned for it was about another start. */
  const startAnew = async ({ dockerId }: TestContainer): Promise<void> => {
    const start = async (): Promise<string | null | undefined> => {
      const { items } = await session.get<{ readonly items: readonly Container[] }>("/api/containers?state=running");
      return items.find((item) => item.dockerId === dockerId)?.startedAtNs;
    };
    const before = await start();
    await engineCall(socketPath, "POST", `/containers/${dockerId}/restart?t=0`);
    await waitUntil("the hub to show the new start", async () => ![before, undefined].includes(await start()), PATIENT);
  };
  const ends = ({ targets }: BulkAction): readonly string[] =>
    targets.map(({ state, error }) => (error === null ? state : `${state} ${error.code}`));

  const tooOld = await plan(first);
  tamperWithSqlite(hub.dataDirectory, `update bulk_actions set expires_at_ms = ${Date.now() - 1}`);
  await expect(carryOut(tooOld, false)).rejects.toThrow(/"code":"expired"/);
  expect(await isUp(first)).toBe(true);

  const stopping = await plan(first, restarted, last);
  expect(stopping.targets).toHaveLength(3);
  await startAnew(restarted);
  const stopped = await carryOut(stopping, true);
  expect([stopped.state, ends(stopped)]).toEqual(["stopped", ["succeeded", "failed stale_target", "skipped"]]);
  expect(await Promise.all([first, restarted, last].map(isUp))).toEqual([false, true, true]);

  const going = await plan(restarted, last);
  await startAnew(restarted);
  const finished = await carryOut(going, false);
  expect([finished.state, ends(finished)]).toEqual(["finished", ["failed stale_target", "succeeded"]]);
  expect(await Promise.all([restarted, last].map(isUp))).toEqual([true, false]);
});
