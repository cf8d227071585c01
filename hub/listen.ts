import type { AddressInfo, Server } from "node:net";
import { ProtocolError } from "@yardarm/protocol/errors";
import { isLoopbackName } from "./auth/request/origin.ts";

/** @throws ProtocolError with a sentence, when the address cannot be had or would be open to a network unasked */
export const listen = async (
  server: Server,
  address: { readonly host: string; readonly port: number; readonly publicUrl: URL | null },
): Promise<number> => {
  const { host, port, publicUrl } = address;
  if (publicUrl === null && !isLoopbackName(host === "::1" ? "[::1]" : host)) {
    throw new ProtocolError(
      "invalid_request",
      `Listening on ${host} needs YARDARM_PUBLIC_URL, the address under which people reach this hub.`,
    );
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(refusal(cause, host, port)));
    server.listen({ host, port }, resolve);
  });
  return (server.address() as AddressInfo).port;
};

const refusal = (cause: NodeJS.ErrnoException, host: string, port: number): ProtocolError => {
  const sentences: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is in use. Stop what listens there, or choose another one with YARDARM_PORT.`,
    EACCES: `This user may not listen on port ${port}. Choose one above 1023 with YARDARM_PORT.`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Correct YARDARM_HOST.`,
  };
  const sentence = sentences[cause.code ?? ""] ?? `Cannot listen on ${host} port ${port} (${cause.code}).`;
  return new ProtocolError("conflict", sentence, { cause });
};
