import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/**
 * A loopback TCP port that was free a moment ago, for programs that cannot be told to choose one themselves.
 * Another program may take it meanwhile: start such a program with a second try.
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
