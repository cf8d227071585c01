import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Where `npm run dev` sends what is not its own. */
const hub = process.env.YARDARM_DEV_HUB ?? "http://127.0.0.1:8080";

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
  server: {
    port: 5173,
    proxy: { "/api": { target: hub }, "/ws": { target: hub, ws: true } },
  },
  worker: { format: "es" },
  build: {
    target: ["chrome123", "firefox128", "safari17.5"],
    manifest: true,
    // The polyfill is an inline script, which the policy refuses; every browser of the target knows modulepreload.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // jitless.ts must have run before the first schema is made: whatever makes one imports this chunk first.
            { name: "zod", test: /node_modules\/zod\/|\/web\/jitless\.ts$/ },
            // Few files: each takes a page that opens a turn on one of its six connections.
            { name: "vendor", test: /node_modules\//, tags: ["$initial"] },
            { name: "app", tags: ["$initial"] },
            { name: "ui", test: /node_modules\/|\/web\/ui\//, minShareCount: 2 },
            { name: "log", test: /\/web\/(?:workers|live|pages\/log)\//, minShareCount: 2 },
            { name: "acting", test: /\/web\/pages\/container\//, minShareCount: 2 },
          ],
        },
      },
    },
  },
});
