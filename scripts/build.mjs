// npm run build: the web pages and the bundled agent, where a source is newer than the result.
import { buildProducts, installPackages, Refusal, say } from "./bootstrap.mjs";

try {
  installPackages();
  buildProducts();
  say("web/dist and deploy/dist are up to date.");
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}
