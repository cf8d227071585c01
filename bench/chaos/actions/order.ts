/** Somebody wants one action, and wants it once: the same key until there is an answer, whatever dies meanwhile. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type Action, type ActionVerb, isSettled } from "@yardarm/protocol/action";
import type { ActionResponse } from "@yardarm/protocol/api/actions";
import type { ContainerId } from "@yardarm/protocol/ids";
import type { HubSession } from "../../../testkit/hub-session.ts";

const AGAIN_MS = 100;
/** An agent that is away for longer is restarted meanwhile. */
const SETTLES_MS = 180_000;

export type Answer =
  | { readonly kind: "settled"; readonly action: Action }
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "unsettled"; readonly action: Action };

export const order = async (session: HubSession, containerId: ContainerId, verb: ActionVerb): Promise<Answer> => {
  const key = randomUUID();
  const deadlineMs = performance.now() + SETTLES_MS;
  for (;;) {
    if (performance.now() > deadlineMs)
      throw new Error(`The hub has had no answer to a ${verb} for ${SETTLES_MS / 1000} s.`);
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
      if (response.ok) return await settled(session, body.action);
      if (response.status !== 500) return { kind: "refused", code: body.code ?? String(response.status) };
    } catch {
      // The hub is down, or died over it.
    }
    await delay(AGAIN_MS);
  }
};

const settled = async (session: HubSession, before: Action): Promise<Answer> => {
  const deadlineMs = performance.now() + SETTLES_MS;
  for (let action = before; ; ) {
    if (isSettled(action.state)) return { kind: "settled", action };
    if (performance.now() > deadlineMs) return { kind: "unsettled", action };
    await delay(AGAIN_MS);
    action = await session.get<Action>(`/api/actions/${before.actionId}`).catch(() => action);
  }
};
