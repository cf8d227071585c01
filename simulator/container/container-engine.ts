import type { SimulatorClock } from "../clock.ts";
import type { EngineProfile } from "../engine-profile.ts";
import type { SimulatedContainer } from "./simulated-container.ts";

/** What a container needs of its engine. */
export interface ContainerEngine {
  readonly clock: SimulatorClock;
  readonly profile: EngineProfile;
  /** Publishes an event of this container, in order. */
  publish(container: SimulatedContainer, action: string, attributes?: Readonly<Record<string, string>>): void;
  /** Publishes that the container joined or left its network. */
  publishNetwork(container: SimulatedContainer, action: "connect" | "disconnect"): void;
  /** MUST forget the container: its name and id are free. */
  remove(container: SimulatedContainer): void;
  /** A pid that no process of this machine can have. */
  nextPid(): number;
}
