import { readFileSync } from "node:fs";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const hub = process.env["YARDARM_DEV_HUB"] ?? "http://127.0.0.1:8080";
const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as { version: string };

/** Preloads the two fonts that every page shows, so that `font-display: optional` finds them in time. */
const preloadFonts = (): Plugin => ({
  name: "yardarm-preload-fonts",
  transformIndexHtml: {
    order: "post",
    handler: (_html, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((file) => /(inter|jetbrains-mono)-latin-wght-normal.*\.woff2$/.test(file))
        .map((file) => ({
          tag: "link",
          attrs: { rel: "preload", as: "font", type: "font/woff2", href: `/${file}`, crossorigin: "anonymous" },
          injectTo: "head" as const,
        })),
  },
});

export default defineConfig({
  plugins: [react(), tailwindcss(), preloadFonts()],
  define: { __YARDARM_VERSION__: JSON.stringify(version) },
  server: {
    port: 5173,
    proxy: { "/api": { target: hub }, "/ws": { target: hub, ws: true } },
  },
  build: {
    target: ["chrome123", "firefox128", "safari17.5"],
    manifest: true,
    // The polyfill is an inline script, which the policy refuses; every browser of the target knows modulepreload.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
