/** Which way of reading numbers is open to this agent. */
import type { EngineEndpoint } from "../docker/endpoint.ts";
import type { EngineIdentity } from "../docker/engine-identity.ts";
import { hasCgroupTree, type KernelRoots } from "./cgroup-location.ts";

/**
 * Whether the engine's host is the machine whose `/proc` this agent sees: not over TCP, not with an engine in a
 * virtual machine of its own, not with a simulated one.
 */
export const isOnEngineHost = (endpoint: EngineEndpoint, identity: EngineIdentity): boolean =>
  endpoint.kind === "unix" && !identity.isDesktop && !identity.isSimulated;

/**
 * `cgroup` where the kernel's files are those of the containers' machine, else `api`. A container that is hidden all
 * the same (its own virtual machine, another namespace) is read through the engine by itself.
 */
export const chooseBackend = (
  endpoint: EngineEndpoint,
  identity: EngineIdentity,
  roots: KernelRoots,
): "cgroup" | "api" => (isOnEngineHost(endpoint, identity) && hasCgroupTree(roots) ? "cgroup" : "api");
