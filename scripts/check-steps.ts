/** The checks that run no code of ours, cheapest first. */
export const STATIC_CHECKS: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: "format", command: ["biome", "format", "."] },
  { name: "lint", command: ["biome", "lint", "--error-on-warnings", "."] },
  { name: "lint with types", command: ["oxlint", "--deny-warnings"] },
  { name: "nothing unused", command: ["knip", "--no-progress"] },
  { name: "types of protocol", command: ["tsc", "-p", "protocol/tsconfig.json"] },
  { name: "types of Node packages", command: ["tsc", "-p", "tsconfig.json"] },
  { name: "types of web", command: ["tsc", "-p", "web/tsconfig.json"] },
  { name: "types of web/dev", command: ["tsc", "-p", "web/dev/tsconfig.json"] },
  { name: "types of e2e", command: ["tsc", "-p", "e2e/tsconfig.json"] },
];
