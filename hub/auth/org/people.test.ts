import { openHubCore } from "@yardarm/testkit/hub-core";
import { peopleContract } from "./people.contract.ts";

peopleContract("SQLite", () => openHubCore());
