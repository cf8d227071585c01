import { existsSync } from "node:fs";
import { developmentEngineDirectory, startEngineIn } from "../testkit/docker-engine.ts";
import { engineLayout, takeDownEngine } from "../testkit/docker-take-down.ts";
import { engineRequest } from "../testkit/engine-request.ts";
import { importTestImage, TEST_IMAGE } from "../testkit/test-image.ts";

/** `node scripts/engine.ts start|stop|status`: a private Docker engine for development, kept in `.cache/engine` until it is stopped. */

const { socket } = engineLayout(developmentEngineDirectory);
const answers = () =>
  engineRequest(socket, "GET", "/_ping").then(
    (answer) => answer.status === 200,
    () => false,
  );

switch (process.argv[2]) {
  case "start":
    if (!(await answers())) {
      await takeDownEngine(developmentEngineDirectory, { keepDirectory: true }); // what a crash may have left
      await startEngineIn(developmentEngineDirectory);
    }
    await importTestImage(socket);
    console.error(
      `The development engine runs, with the image ${TEST_IMAGE}. Stop it with: node scripts/engine.ts stop`,
    );
    console.log(`DOCKER_HOST=unix://${socket}`);
    break;
  case "stop":
    await takeDownEngine(developmentEngineDirectory);
    console.error("The development engine is gone, with its containers and its data.");
    break;
  case "status":
    console.log((await answers()) ? `DOCKER_HOST=unix://${socket}` : "not running");
    if (!existsSync(socket)) process.exitCode = 1;
    break;
  default:
    console.error("Usage: node scripts/engine.ts start|stop|status");
    process.exitCode = 2;
}
