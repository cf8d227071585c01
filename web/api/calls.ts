import { type ActionRequest, type ActionResponse, actionResponseSchema } from "@yardarm/protocol/api/actions";
import {
  type Me,
  meSchema,
  type SessionView,
  type SetupState,
  type SignInRequest,
  type SignUpRequest,
  sessionViewSchema,
  setupStateSchema,
} from "@yardarm/protocol/api/auth";
import { type CreateHostRequest, type CreateHostResponse, createHostResponseSchema } from "@yardarm/protocol/api/hosts";
import { type List, listSchema } from "@yardarm/protocol/api/list";
import { type MetricsHistory, metricsHistorySchema } from "@yardarm/protocol/api/metrics";
import { type SecondFactorNeeded, secondFactorNeededSchema } from "@yardarm/protocol/api/second-factors";
import { type Container, containerSchema } from "@yardarm/protocol/container";
import type { ContainerId, HostId, SessionId } from "@yardarm/protocol/ids";
import { request, requestMaybe, requestNothing } from "./http.ts";

/** Every HTTP call of the interface. The hub answers actions after 25 s at the latest; the client waits a little longer. */

const ACTION_TIMEOUT_MS = 35_000;

export const getSetup = (): Promise<SetupState> => request("/api/setup", setupStateSchema);

export const getMe = (): Promise<Me> => request("/api/me", meSchema);

export const signUp = (body: SignUpRequest): Promise<void> =>
  requestNothing("/api/auth/sign-up", { method: "POST", body });

/** Signs in, or tells what the second step needs. */
export const signIn = (body: SignInRequest): Promise<SecondFactorNeeded | null> =>
  requestMaybe("/api/auth/sign-in", secondFactorNeededSchema, { method: "POST", body });

export const signOut = (): Promise<void> => requestNothing("/api/auth/sign-out", { method: "POST", body: {} });

const sessionsSchema = listSchema(sessionViewSchema);

export const getSessions = (): Promise<List<SessionView>> => request("/api/sessions", sessionsSchema);

export const revokeSession = (sessionId: SessionId): Promise<void> =>
  requestNothing(`/api/sessions/${encodeURIComponent(sessionId)}`, { method: "DELETE" });

export const createHost = (body: CreateHostRequest): Promise<CreateHostResponse> =>
  request("/api/hosts", createHostResponseSchema, { method: "POST", body });

/** Another token for a host that has not used its own; earlier ones stop working. */
export const issueJoinToken = (hostId: HostId): Promise<CreateHostResponse> =>
  request(`/api/hosts/${encodeURIComponent(hostId)}/join-token`, createHostResponseSchema, {
    method: "POST",
    body: {},
  });

/** One container, also a removed one that no list shows. */
export const getContainer = (containerId: ContainerId, signal: AbortSignal): Promise<Container> =>
  request(`/api/containers/${encodeURIComponent(containerId)}`, containerSchema, { signal });

export const getMetrics = (containerId: ContainerId, range: "15m", signal: AbortSignal): Promise<MetricsHistory> =>
  request(`/api/containers/${encodeURIComponent(containerId)}/metrics?range=${range}`, metricsHistorySchema, {
    signal,
  });

/** Asks for an action. The same `idempotencyKey` never has a second effect, so that a lost answer can be asked for again. */
export const requestAction = (
  containerId: ContainerId,
  body: ActionRequest,
  idempotencyKey: string,
): Promise<ActionResponse> =>
  request(`/api/containers/${encodeURIComponent(containerId)}/actions`, actionResponseSchema, {
    method: "POST",
    body,
    headers: { "idempotency-key": idempotencyKey },
    timeoutMs: ACTION_TIMEOUT_MS,
  });
