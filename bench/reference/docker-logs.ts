/** The reference that people know: `docker logs -f`, its output thrown away. */
import { spawn } from "node:child_process";
import { once } from "node:events";

/** Resolves with the exit status once the container has ended and everything was printed; null when there is no `docker` command. */
export const runDockerLogs = async (dockerHost: string, dockerId: string): Promise<number | null> => {
  const child = spawn("docker", ["logs", "--follow", dockerId], {
    env: { PATH: process.env.PATH, DOCKER_HOST: dockerHost },
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    const [status] = (await once(child, "exit")) as [number | null];
    return status;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
};
