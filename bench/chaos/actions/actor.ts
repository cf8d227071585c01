/** Somebody who acts on one container, one action after the other, and holds what is answered against what really happened. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type Action, type ActionVerb, isSettled } from "@yardarm/protocol/action";
import type { ActionResponse } from "@yardarm/protocol/api/actions";
import type { Container } from "@yardarm/protocol/container";
import type { ActionId, ContainerId } from "@yardarm/protocol/ids";
import type { HubSession } from "../../../testkit/hub-session.ts";
import type { Random } from "../../../testkit/random.ts";
import type { ActedContainer } from "./acted-container.ts";

const AGAIN_MS = 150;
/** An agent may have backed off for up to a minute (HOST-08). */
const SETTLES_MS = 150_000;
/** A container that was started writes it down before long, on a busy machine too. */
const SHOWS_MS = 30_000;

export type ActorOptions = {
  readonly session: HubSession;
  readonly container: ActedContainer;
  readonly containerId: ContainerId;
  readonly random: Random;
  /** `performance.now()` after which nothing new is begun, unless fewer than `least` actions came of it on a slow machine. */
  readonly untilMs: number;
  readonly least: number;
};

/** What came of all actions of one container. */
export type Acted = {
  /** Ids of every action that the hub made. */
  readonly actionIds: ReadonlySet<ActionId>;
  readonly outcomes: ReadonlyMap<string, number>;
  /** Effects beyond what was answered. */
  readonly doubled: number;
  /** Effects that were answered and are not there. */
  readonly missing: number;
  readonly unsettled: number;
  readonly notes: readonly string[];
};

type Answer =
  | { readonly kind: "action"; readonly action: Action }
  | { readonly kind: "refused"; readonly code: string };

export const actUntil = async (options: ActorOptions): Promise<Acted> => {
  const { container, random, untilMs, least } = options;
  const actionIds = new Set<ActionId>();
  const outcomes = new Map<string, number>();
  const notes: string[] = [];
  let doubled = 0;
  let missing = 0;
  let unsettled = 0;
  let { starts } = await container.effects();
  while (performance.now() < untilMs || actionIds.size < least) {
    const isRunning = await container.isRunning();
    if (isRunning === null) {
      await delay(AGAIN_MS);
      continue;
    }
    const verb: ActionVerb = isRunning ? random.pick(["RESTART", "RESTART", "STOP", "KILL"] as const) : "START";
    const answer = await order(options, verb);
    const action = answer.kind === "action" ? await settled(options.session, answer.action) : null;
    const state = answer.kind === "refused" ? `refused ${answer.code}` : (action?.state ?? "unsettled");
    if (answer.kind === "action") actionIds.add(answer.action.actionId);
    outcomes.set(`${verb} ${state}`, (outcomes.get(`${verb} ${state}`) ?? 0) + 1);
    if (answer.kind === "action" && action === null) unsettled += 1;
    const expected = state === "succeeded" && (verb === "START" || verb === "RESTART") ? 1 : 0;
    const after = await startsOf(container, starts + expected);
    const difference = after - starts - expected;
    if (difference !== 0) {
      if (difference > 0) doubled += difference;
      else missing -= difference;
      const id = action?.actionId ?? "no action";
      notes.push(
        `${container.name}: ${verb} ${state} (${id}), started ${after - starts} times, not ${expected}: ${JSON.stringify(action?.steps?.map((step) => step.state))} ${action?.error?.message ?? ""}`,
      );
    }
    starts = after;
    if (state === "succeeded" && (verb === "STOP" || verb === "KILL") && (await isStillRunning(container))) {
      missing += 1;
      notes.push(`${container.name}: ${verb} succeeded (${action?.actionId}), and it runs`);
    }
    if (answer.kind === "refused") await delay(AGAIN_MS);
  }
  return { actionIds, outcomes, doubled, missing, unsettled, notes };
};

/** As a client does that wants it once: the same key until there is an answer, whatever dies meanwhile. */
const order = async ({ session, containerId }: ActorOptions, verb: ActionVerb): Promise<Answer> => {
  const key = randomUUID();
  for (;;) {
    try {
      const response = await fetch(new URL(`/api/containers/${containerId}/actions`, session.url), {
        method: "POST",
        headers: {
          cookie: `${session.cookie.name}=${session.cookie.value}`,
          "content-type": "application/json",
          "idempotency-key": key,
        },
        body: JSON.stringify({ action: verb, reason: "chaos" }),
      });
      const body = (await response.json()) as ActionResponse & { readonly code?: string };
      if (response.ok) return { kind: "action", action: body.action };
      if (response.status !== 500) return { kind: "refused", code: body.code ?? String(response.status) };
    } catch {
      // The hub is down, or died over it.
    }
    await delay(AGAIN_MS);
  }
};

/** The action once it is settled; `null` when that does not happen. */
const settled = async (session: HubSession, before: Action): Promise<Action | null> => {
  const deadlineMs = performance.now() + SETTLES_MS;
  for (let action = before; ; ) {
    if (isSettled(action.state)) return action;
    if (performance.now() > deadlineMs) return null;
    await delay(AGAIN_MS);
    action = await session.get<Action>(`/api/actions/${before.actionId}`).catch(() => action);
  }
};

/** How often it was started, after it had time to write down as many as expected. */
const startsOf = async (container: ActedContainer, expected: number): Promise<number> => {
  const deadlineMs = performance.now() + SHOWS_MS;
  for (;;) {
    const { starts } = await container.effects();
    if (starts >= expected || performance.now() > deadlineMs) return starts;
    await delay(20);
  }
};

const isStillRunning = async (container: ActedContainer): Promise<boolean> => {
  for (;;) {
    const isRunning = await container.isRunning();
    if (isRunning !== null) return isRunning;
    await delay(AGAIN_MS);
  }
};

/** What the hub calls a container of the engine. */
export const findContainerId = async (session: HubSession, dockerId: string): Promise<ContainerId | undefined> => {
  const { items } = await session.get<{ readonly items: readonly Container[] }>("/api/containers");
  return items.find((item) => item.dockerId === dockerId)?.containerId;
};
