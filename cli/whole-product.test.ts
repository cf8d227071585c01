import { productContract } from "./whole-product.contract.ts";

productContract("SQLite", async () => ({ env: {}, drop: async () => {} }));
