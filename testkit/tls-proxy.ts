import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { makeTempDir } from "./temp-dir.ts";
import { waitUntil } from "./wait-until.ts";

const run = promisify(execFile);

/** Debian's nginx with a certificate of an authority that nobody knows, in front of a hub on loopback. */
export interface TlsProxy extends AsyncDisposable {
  /** PEM file of the authority: what `NODE_EXTRA_CA_CERTS` and `CURL_CA_BUNDLE` name. */
  readonly authorityFile: string;
}

export interface TlsProxyOptions {
  readonly address: string;
  readonly port: number;
  /** The hub's port on 127.0.0.1. */
  readonly hubPort: number;
}

/** Returns when it listens. Throws with what nginx said. */
export const startTlsProxy = async (options: TlsProxyOptions): Promise<TlsProxy> => {
  const directory = await makeTempDir("nginx");
  const { authorityFile, certificate, key } = await makeCertificate(directory.path, options.address);
  const configFile = path.join(directory.path, "nginx.conf");
  await writeFile(configFile, configOf(options, directory.path, certificate, key));
  const nginx = spawn("/usr/sbin/nginx", ["-p", directory.path, "-e", "stderr", "-c", configFile], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  nginx.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = once(nginx, "close");
  const stop = async (): Promise<void> => {
    nginx.kill("SIGTERM");
    await ended;
    await directory.remove();
  };
  try {
    await waitUntil("nginx to listen", async () => {
      if (nginx.exitCode !== null) throw new Error(`nginx ended: ${said}`);
      const socket = connect(options.port, options.address);
      const isOpen = await new Promise<boolean>((resolve) => {
        socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      });
      socket.destroy();
      return isOpen;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { authorityFile, [Symbol.asyncDispose]: stop };
};

const makeCertificate = async (directory: string, address: string) => {
  const file = (name: string): string => path.join(directory, name);
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const authority = ["req", "-x509", ...newKey, "-keyout", file("ca.key"), "-out", file("ca.pem")];
  await run("openssl", [...authority, "-subj", "/CN=Test authority"]);
  const leaf = ["req", "-x509", ...newKey, "-keyout", file("leaf.key"), "-out", file("leaf.pem")];
  await run("openssl", [
    ...[...leaf, "-subj", "/CN=hub", "-CA", file("ca.pem"), "-CAkey", file("ca.key")],
    ...["-addext", `subjectAltName=IP:${address}`, "-addext", "basicConstraints=critical,CA:FALSE"],
  ]);
  return { authorityFile: file("ca.pem"), certificate: file("leaf.pem"), key: file("leaf.key") };
};

const configOf = ({ address, port, hubPort }: TlsProxyOptions, directory: string, certificate: string, key: string) => `
daemon off;
user root;
worker_processes 1;
pid ${directory}/nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  map $http_upgrade $connection_upgrade { default upgrade; "" close; }
  server {
    listen ${address}:${port} ssl;
    ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    location / {
      proxy_pass http://127.0.0.1:${hubPort};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_read_timeout 1h;
    }
  }
}
`;
