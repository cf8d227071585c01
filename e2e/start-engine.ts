import { startDockerEngine } from "@yardarm/testkit/docker-engine";

/**
 * Set-up of all browser tests: one private Docker engine with the test image. Tests and the programs that they start find it by `DOCKER_HOST`.
 * Playwright wants this one function as the default export.
 */
export default async function startEngine(): Promise<() => Promise<void>> {
  const engine = await startDockerEngine();
  process.env.DOCKER_HOST = engine.dockerHost;
  return engine.stop;
}
