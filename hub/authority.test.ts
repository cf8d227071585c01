import { authorityContract } from "./authority.contract.ts";

authorityContract("SQLite", async () => ({}));
