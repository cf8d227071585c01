import type { KnipConfig } from "knip";

/**
 * What nobody uses: files, exports, dependencies. The entries are what is started by name; Knip finds tests, Vite's pages
 * and workers, and whatever a script of a package.json runs, by itself. An export that only tests use counts as used.
 */
const config: KnipConfig = {
  // Our packages export all their files to each other (`"./*"`), which makes every file an entry: without this none of
  // their exports would ever be unused.
  includeEntryExports: true,
  // A type that an exported signature names is exported with it, whether somebody else has to write it down or not.
  ignoreExportsUsedInFile: { interface: true, type: true },
  workspaces: {
    ".": {
      // `npm start`, `npm test` (which goes on in TypeScript, after the packages are there), and one that is started by hand.
      entry: ["scripts/{start,test,install-debian}.mjs", "scripts/{test-stages,complete-lockfile}.ts"],
    },
    bench: {
      // Programs that a bench starts: beside it, in a container, in the page that it measures.
      entry: ["main.ts", "**/*-main.ts", "docker/log-writer.ts", "ui/page-probe.js"],
    },
  },
  // Every message and every request has its type beside its schema: they are the vocabulary, used or not.
  ignoreIssues: { "protocol/**": ["types"] },
  // Debian's own programs; no package brings them.
  ignoreBinaries: ["apt-get", "mount", "umount", "systemd-analyze"],
};

export default config;
