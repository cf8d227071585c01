/**
 * The reference: a relay that does nothing but relay. What its one upstream sends goes to every viewer, each frame's bytes
 * built once by `ws` itself and written once per event-loop turn to each viewer's own socket.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { FRAME_LOG_BATCH } from "@yardarm/protocol/log/frame";
import { Sender, WebSocketServer } from "ws";

// Exported by `ws`, but missing from its types.
declare module "ws" {
  export const Sender: { frame(data: Buffer, options: typeof FRAME): Buffer[] };
}

const FRAME = { fin: true, opcode: 2, mask: false, rsv1: false, readOnly: true } as const;

const viewers = new Set<Duplex>();
let pending: Buffer[] = [];

const flush = (): void => {
  const buffers = pending;
  pending = [];
  for (const viewer of viewers) {
    viewer.cork();
    for (const buffer of buffers) viewer.write(buffer);
    viewer.uncork();
  }
};

const broadcast = (data: Buffer): void => {
  if (pending.length === 0) setImmediate(flush);
  pending.push(Buffer.concat(Sender.frame(data, FRAME)));
};

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1024 * 1024 });
const server = createServer();
server.on("upgrade", (request, stream, head) => {
  sockets.handleUpgrade(request, stream, head, (socket) => {
    if (request.url === "/ws/client") {
      socket.send("{}");
      socket.on("message", () => {
        socket.send("{}");
        viewers.add(stream);
      });
      socket.on("close", () => viewers.delete(stream));
    } else {
      socket.on("message", (data: Buffer, isBinary) => {
        if (isBinary && data[0] === FRAME_LOG_BATCH) broadcast(data);
      });
      socket.send(JSON.stringify({ type: "log.assign", streams: [{ alias: 1 }] }));
    }
  });
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
process.send?.((server.address() as AddressInfo).port);
