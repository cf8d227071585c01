// npm start: from a bare clone to a running hub with its local agent. Runs on Node 20 and without node_modules.
import { becomeNodeProgram, buildProducts, installPackages, Refusal, say } from "./bootstrap.mjs";

try {
  installPackages();
  buildProducts();
  say("Starting the hub and a local agent. Ctrl-C stops both.");
  becomeNodeProgram("cli/main.ts", ["up", ...process.argv.slice(2)]);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}
