import type { TestProject } from "vitest/node";
import { type DockerEngine, startDockerEngine } from "./docker-engine.ts";
import "./provided.ts";

/** Set-up of the vitest project `docker`: one private engine for the whole run. A test gives its containers names of its own. */
let engine: DockerEngine | undefined;

export async function setup(project: TestProject): Promise<void> {
  engine = await startDockerEngine();
  project.provide("dockerHost", engine.dockerHost);
}

export async function teardown(): Promise<void> {
  await engine?.stop();
}
