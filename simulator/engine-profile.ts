/** What differs between the engine versions that agents meet. Callers ask for the difference, never for the version. */
export interface EngineProfile {
  readonly version: string;
  readonly apiVersion: string;
  readonly minApiVersion: string;
  /** `stats?stream=false&one-shot=true` answers at once instead of waiting for the collector's next tick. */
  readonly hasImmediateOneShot: boolean;
  /** `/logs` has a `Content-Type`; it names the framing to clients of API 1.42 and later. */
  readonly namesLogFraming: boolean;
  /** `since` stops filtering at the first match, so that later lines may carry older stamps. */
  readonly sinceEndsAtFirstMatch: boolean;
  /** The `die` event also carries `execDuration`. */
  readonly reportsExecDuration: boolean;
}

/** Debian 12's engine, the oldest that is supported. */
export const DOCKER_20_10: EngineProfile = {
  version: "20.10.24",
  apiVersion: "1.41",
  minApiVersion: "1.12",
  hasImmediateOneShot: false,
  namesLogFraming: false,
  sinceEndsAtFirstMatch: false,
  reportsExecDuration: false,
};

export const DOCKER_24_0: EngineProfile = {
  version: "24.0.9",
  apiVersion: "1.43",
  minApiVersion: "1.12",
  hasImmediateOneShot: true,
  namesLogFraming: true,
  sinceEndsAtFirstMatch: true,
  reportsExecDuration: true,
};

export const DOCKER_28: EngineProfile = {
  version: "28.5.1",
  apiVersion: "1.51",
  minApiVersion: "1.24",
  hasImmediateOneShot: true,
  namesLogFraming: true,
  sinceEndsAtFirstMatch: true,
  reportsExecDuration: true,
};
