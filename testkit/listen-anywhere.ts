/** A program that takes connections on every address and says on which port. */
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";

const server = createServer((socket) => socket.end("welcome"));
server.listen(0, "0.0.0.0", () => process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`));
