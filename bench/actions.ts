/**
 * `actions`: what an action through the hub costs beyond the same call on the engine's own socket. Pausing is used because the
 * engine is quick at it; the figures are of the same containers' pauses and resumptions, taken in turns.
 */
import type { Action, ActionVerb } from "@yardarm/protocol/action";
import type { Container } from "@yardarm/protocol/container";
import { engineCall } from "../testkit/engine-request.ts";
import { waitUntil } from "../testkit/wait-until.ts";
import { type Bench, RUNS, type Series } from "./bench.ts";
import { type Chain, startChain } from "./chain/chain.ts";
import { ActedContainer } from "./chaos/actions/acted-container.ts";

const ROUNDS = 40;
const WARM_UP = 5;
const OVERHEAD_MS = 20;
const VERBS = ["PAUSE", "UNPAUSE"] as const;
const STATES = { START: "running", PAUSE: "paused", UNPAUSE: "running" } as const;

type Timed = { readonly hubMs: number[]; readonly engineMs: number[] };

export const actions: Bench = async ({ progress }) => {
  // Nothing stands between the programs: a path of our own would be measured with them.
  await using chain = await startChain();
  const { socketPath } = chain.engine;
  const direct = await ActedContainer.create(socketPath, "direct", "prompt");
  const { dockerId } = await ActedContainer.create(socketPath, "through", "prompt");
  const through = await chain.findContainer(dockerId);
  await act(chain, through, "START");
  await engineCall(socketPath, "POST", `/containers/${direct.dockerId}/start`);
  await round(chain, { through, direct }, WARM_UP);
  const p50: Timed = { hubMs: [], engineMs: [] };
  for (let run = 1; run <= RUNS; run += 1) {
    progress(`run ${run} of ${RUNS}`);
    const { hubMs, engineMs } = await round(chain, { through, direct }, ROUNDS);
    p50.hubMs.push(median(hubMs));
    p50.engineMs.push(median(engineMs));
  }
  const overhead = p50.hubMs.map((ms, run) => ms - (p50.engineMs[run] ?? 0));
  const series: readonly Series[] = [
    { metric: "an action through the hub, p50", unit: "ms", values: p50.hubMs, references: p50.engineMs },
    {
      metric: "what the hub adds to the engine's call, p50",
      unit: "ms",
      values: overhead,
      goal: { of: "value", atMost: OVERHEAD_MS },
    },
  ];
  return {
    series,
    notes: [
      `${ROUNDS} pauses and ${ROUNDS} resumptions in each run, through HTTP, hub, agent and journal, and in turns on the engine's socket`,
      "an action is three transactions of the hub, one synced line of the agent's journal, and an inspection before and after",
    ],
  };
};

const round = async (
  chain: Chain,
  { through, direct }: { readonly through: Container; readonly direct: ActedContainer },
  rounds: number,
): Promise<Timed> => {
  const timed: Timed = { hubMs: [], engineMs: [] };
  for (let count = 0; count < rounds; count += 1) {
    for (const verb of VERBS) {
      timed.hubMs.push(await act(chain, through, verb));
      const path = `/containers/${direct.dockerId}/${verb.toLowerCase()}`;
      const beganMs = performance.now();
      await engineCall(chain.engine.socketPath, "POST", path);
      timed.engineMs.push(performance.now() - beganMs);
    }
  }
  return timed;
};

/** Resolves with the time to the answer, once the hub shows what it led to. */
const act = async (
  { session }: Chain,
  { containerId }: Container,
  verb: Extract<ActionVerb, keyof typeof STATES>,
): Promise<number> => {
  const beganMs = performance.now();
  const { action } = await session.post<{ readonly action: Action }>(`/api/containers/${containerId}/actions`, {
    ...{ action: verb, reason: "bench" },
  });
  const tookMs = performance.now() - beganMs;
  if (action.state !== "succeeded") throw new Error(`${verb} ended as ${action.state}: ${action.error?.message}`);
  await waitUntil(`the hub to show ${STATES[verb]}`, async () => {
    return (await session.get<Container>(`/api/containers/${containerId}`)).state === STATES[verb];
  });
  return tookMs;
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
