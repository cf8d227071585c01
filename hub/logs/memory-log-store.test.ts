import { logStoreContract } from "./log-store.contract.ts";
import { MemoryLogStore } from "./memory-log-store.ts";

logStoreContract("in memory", () => {
  const store = new MemoryLogStore();
  return Promise.resolve({
    open: () => Promise.resolve(store),
    pass: () => {},
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});
