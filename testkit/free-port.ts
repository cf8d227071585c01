import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

async function tryToListen(port: number): Promise<number> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return bound.port;
}

/**
 * A loopback TCP port that was free a moment ago, for programs that cannot be told to choose one themselves.
 * Another program may take it meanwhile: start such a program with a second try.
 */
export const freePort = (): Promise<number> => tryToListen(0);

const FIRST_LASTING_PORT = 20_000;
const LASTING_PORTS = 12_000;

/**
 * A free loopback TCP port below those from which the kernel picks one for every outgoing connection: while a program is restarted, nobody
 * gets its port by chance, not even a client that dials it meanwhile.
 */
export async function lastingPort(): Promise<number> {
  for (;;) {
    try {
      return await tryToListen(FIRST_LASTING_PORT + Math.floor(Math.random() * LASTING_PORTS));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    }
  }
}
