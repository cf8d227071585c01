import path from "node:path";
import { defineConfig, type OxlintOverride } from "oxlint";
import { IMPORT_TABLE, type ImportRow } from "./import-table.ts";

const TESTS = ["**/*.test.ts", "**/*.test.tsx", "**/*.contract.ts", "**/*.e2e.ts"];
const packageOf = (folder: string) => folder.split("/")[0] ?? "";

interface RestrictedPattern {
  group: string[];
  message: string;
  allowTypeImports: boolean;
}

/** What a folder must not import, as the patterns of `no-restricted-imports`: every row of the table that its own row does not name. */
function forbiddenImports(row: ImportRow): RestrictedPattern[] {
  const names = (entries: readonly string[], other: ImportRow) =>
    entries.some((entry) => entry === other.folder || (entry.endsWith("/") && other.folder.startsWith(entry)));
  const patternsOf = ({ folder }: ImportRow): readonly string[] => {
    if (folder.endsWith("*")) return [];
    const byName = [`@yardarm/${folder}`, `@yardarm/${folder}/**`];
    const beside = packageOf(folder) === packageOf(row.folder) && folder.includes("/");
    if (!beside) return byName;
    const way = path.posix.relative(row.folder, folder);
    // Folders below that have a row of their own are judged by it.
    const what = IMPORT_TABLE.some((other) => other.folder.startsWith(`${folder}/`)) ? "*.ts" : "**";
    return [`${way.startsWith(".") ? way : `./${way}`}/${what}`, ...byName];
  };
  const others = IMPORT_TABLE.filter((other) => other !== row && !names(row.imports, other));
  const typesOnly = (other: ImportRow) => names(row.types ?? [], other);
  const message = `import-table.ts: ${row.folder} (${row.holds}) may not import this.`;
  return [
    { group: others.filter((other) => !typesOnly(other)).flatMap(patternsOf), message, allowTypeImports: false },
    {
      group: others.filter(typesOnly).flatMap(patternsOf),
      message: `${message} Its types it may: import type.`,
      allowTypeImports: true,
    },
  ].filter(({ group }) => group.length > 0);
}

/** Early warnings while typing; the whole table is checked by `boundaries.test.ts`. */
const boundaries = IMPORT_TABLE.filter(({ folder }) => folder !== "*").map(
  (row): OxlintOverride => ({
    files: [row.folder.endsWith("*") ? `${row.folder}.{ts,tsx}` : `${row.folder}/**/*.{ts,tsx}`],
    excludeFiles: TESTS,
    rules: { "no-restricted-imports": ["error", { patterns: forbiddenImports(row) }] },
  }),
);

export default defineConfig({
  options: { typeAware: true },
  plugins: ["typescript", "unicorn", "oxc", "import", "react", "jsx-a11y"],
  categories: { correctness: "error" },
  env: { node: true, es2024: true },
  ignorePatterns: ["**/dist/**", ".cache/**"],
  rules: {
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/await-thenable": "error",
    // A default branch is an answer too; a switch without one must name every case.
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "typescript/no-explicit-any": "error",
    "typescript/consistent-type-imports": "error",
    "typescript/restrict-template-expressions": ["error", { allow: ["Error", "URL", "URLSearchParams"] }],
    // Our interfaces are often closures, whose methods have no `this` to lose.
    "typescript/unbound-method": "off",
    // A copy made before changing the original while walking it is not useless.
    "unicorn/no-useless-spread": "off",
    // A region that scrolls must be reachable by keyboard, and a live region keeps its role whatever its element.
    "jsx-a11y/no-noninteractive-tabindex": ["error", { tags: [], roles: ["tabpanel", "region", "log", "grid"] }],
    "jsx-a11y/prefer-tag-over-role": "off",
    // What an effect opens (a socket, a worker) it may show by a state.
    "react/set-state-in-effect": "off",
    "import/no-default-export": "error",
    "max-lines": ["error", { max: 500, skipBlankLines: true, skipComments: true }],
    "no-console": "error",
    // Biome has the same rules, and one suppression with its reason is enough.
    "no-empty-pattern": "off",
    "no-control-regex": "off",
  },
  overrides: [
    ...boundaries,
    { files: TESTS, rules: { "max-lines": ["error", { max: 800, skipBlankLines: true, skipComments: true }] } },
    {
      files: ["**/main.ts", "cli/**", "scripts/**", "bench/**", "deploy/**", "docs/**"],
      rules: { "no-console": "off" },
    },
    { files: ["**/*.config.ts", "e2e/start-engine.ts"], rules: { "import/no-default-export": "off" } },
  ],
});
