// npm test: from a bare clone to a tested tree. Runs on Node 20 and without node_modules; the stages are in test-stages.ts.
import { becomeNodeProgram, installPackages, Refusal } from "./bootstrap.mjs";

try {
  installPackages();
  becomeNodeProgram("scripts/test-stages.ts", process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(`✗ ${error.message}`);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}
