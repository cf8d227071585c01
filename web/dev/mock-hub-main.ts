import { ROLES } from "@yardarm/protocol/api/auth";
import { startMockHub } from "./mock-hub.ts";

/** `npm run mock -w web`: the mock hub on port 8080. MOCK_FRESH=1 unclaimed, MOCK_EMPTY=1 no hosts, MOCK_EXTRA=6000 more containers, MOCK_ROLE=viewer. */

const { MOCK_PORT = "8080", MOCK_FRESH, MOCK_EMPTY, MOCK_EXTRA = "0", MOCK_ROLE } = process.env;
const hub = await startMockHub({
  port: Number(MOCK_PORT),
  isClaimed: MOCK_FRESH === undefined,
  role: ROLES.find((role) => role === MOCK_ROLE) ?? "owner",
  extraContainers: MOCK_EMPTY === undefined ? Number(MOCK_EXTRA) : null,
});
process.stdout.write(`Mock hub on ${hub.url}\nSetup: ${hub.url}/setup#token=${hub.setupToken}\n`);
