import type { ContainerSpec, RestartPolicyName } from "../container/container-spec.ts";
import { badParameter } from "../engine-refusal.ts";

type Json = Readonly<Record<string, unknown>>;

const POLICIES: readonly RestartPolicyName[] = ["no", "always", "unless-stopped", "on-failure"];

/** The part of `POST /containers/create` that a simulated container can be made from. The rest is accepted and ignored. */
export const specFromCreateRequest = (name: string, body: string): ContainerSpec => {
  const config = asObject(parseBody(body));
  const host = asObject(config.HostConfig);
  const policy = asObject(host.RestartPolicy);
  const log = asObject(host.LogConfig);
  const image = asText(config.Image);
  if (image === undefined) throw badParameter("config cannot be empty in order to create a container");
  const command = [...asTexts(config.Entrypoint), ...asTexts(config.Cmd)];
  const stopSignal = asText(config.StopSignal);
  const stopTimeoutSeconds = asNumber(config.StopTimeout);
  const policyName = POLICIES.find((known) => known === policy.Name);
  const driver = (["json-file", "local", "journald", "none"] as const).find((known) => known === log.Type);
  const networkMode = asText(host.NetworkMode);
  return {
    name,
    image,
    labels: asLabels(config.Labels),
    env: asTexts(config.Env),
    tty: config.Tty === true,
    autoRemove: host.AutoRemove === true,
    memoryLimitBytes: asNumber(host.Memory) ?? 0,
    logs: { driver: driver ?? "json-file" },
    ...(command.length === 0 ? {} : { command }),
    ...(networkMode === undefined || networkMode === "default" ? {} : { networkMode }),
    ...(stopSignal === undefined ? {} : { stopSignal }),
    ...(stopTimeoutSeconds === undefined ? {} : { stopTimeoutSeconds }),
    ...(policyName === undefined
      ? {}
      : {
          restartPolicy: { name: policyName, maximumRetryCount: asNumber(policy.MaximumRetryCount) ?? 0 },
        }),
  };
};

const parseBody = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    throw badParameter("invalid JSON in the request body");
  }
};

const asObject = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};
const asText = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const asNumber = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
const asTexts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((element) => typeof element === "string") : [];
const asLabels = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(asObject(value)).flatMap(([key, label]) => (typeof label === "string" ? [[key, label]] : [])),
  );
