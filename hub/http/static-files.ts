import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
  ".json": "application/json",
  ".sha256": "text/plain; charset=utf-8",
};

/** Fonts and images are compressed already. */
const COMPRESSIBLE = new Set([".html", ".js", ".mjs", ".css", ".svg", ".json", ".webmanifest"]);

/** `styleNonce` lets the component library's own style elements through; scripts come from files alone. */
const contentSecurityPolicy = (): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "connect-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types yardarm",
  ].join("; ");

/** On every answer of the hub, also those of the API. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": contentSecurityPolicy(),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
};

type StaticFile = {
  readonly body: Buffer<ArrayBuffer>;
  readonly gzip: Buffer<ArrayBuffer> | null;
  readonly etag: string;
  readonly type: string;
  readonly immutable: boolean;
};

/**
 * Files that the hub serves, read once at start: a request looks its path up in this table and never touches the file
 * system, so that no path can leave the folder.
 */
export class StaticFiles {
  readonly #files = new Map<string, StaticFile>();

  /** Adds every file below `folder` under `prefix`; names with a content hash (`assets/`) may be cached for ever. */
  async addFolder(folder: string, prefix: string): Promise<void> {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const path = `${prefix}${relative(folder, file).split(sep).join("/")}`;
      await this.addFile(file, path);
    }
  }

  /** Adds one file; does nothing when it does not exist. */
  async addFile(file: string, path: string): Promise<void> {
    if (!existsSync(file)) return;
    const body = await readFile(file);
    const extension = extname(file);
    this.#files.set(path, {
      body,
      gzip: COMPRESSIBLE.has(extension) ? gzipSync(body) : null,
      etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
      type: TYPES[extension] ?? "application/octet-stream",
      immutable: path.includes("/assets/"),
    });
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** The file at `path`, or `null`. Understands `If-None-Match` and gzip. */
  respond(path: string, headers: Headers): Response | null {
    const file = this.#files.get(path);
    if (file === undefined) return null;
    const common = {
      etag: file.etag,
      vary: "accept-encoding",
      "cache-control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache",
    };
    if (headers.get("if-none-match") === file.etag) return new Response(null, { status: 304, headers: common });
    const zipped = file.gzip !== null && /\bgzip\b/.test(headers.get("accept-encoding") ?? "");
    return new Response(zipped && file.gzip !== null ? file.gzip : file.body, {
      headers: { ...common, "content-type": file.type, ...(zipped ? { "content-encoding": "gzip" } : {}) },
    });
  }
}
