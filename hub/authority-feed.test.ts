import { asId, type HostId, type OrgId, type UserId } from "@yardarm/protocol/ids";
import { expect, test } from "vitest";
import { AuthorityFeed } from "./authority-feed.ts";
import { MemoryBus } from "./bus/memory-bus.ts";

const [orgA, orgB] = ["org_aaaaaaaaaa", "org_bbbbbbbbbb"].map((id) => asId<OrgId>(id)) as [OrgId, OrgId];
const userId = asId<UserId>("usr_aaaaaaaaaa");
const hostId = asId<HostId>("hst_aaaaaaaaaa");

test("[IDTY-09] every node that serves an org hears of a change in it, and of none in another", async () => {
  const bus = new MemoryBus({ report: () => {}, after: () => () => {} });
  const heard: string[] = [];
  const node = (name: string): AuthorityFeed =>
    new AuthorityFeed({
      bus,
      changed: (change) => void heard.push(`${name} ${change.orgId} ${change.userId}`),
      hostRemoved: (host) => void heard.push(`${name} ${host}`),
      keyReplaced: (host) => void heard.push(`${name} key of ${host}`),
    });
  const [first, second, third] = [node("first"), node("second"), node("third")];
  for (const feed of [first, second]) feed.follow(orgA);
  first.follow(orgA);
  third.follow(orgB);
  third.announce({ orgId: orgA, userId });
  third.announce({ orgId: orgA, userId: null });
  third.announceHost(orgA, hostId);
  third.announceKey(orgA, hostId);
  const { promise: delivered, resolve } = Promise.withResolvers<void>();
  bus.subscribe({ orgId: orgA, name: "authority" }, () => {
    if (heard.length >= 8) resolve();
  });
  third.announceHost(orgA, hostId);
  await delivered;
  expect(heard.slice(0, 8).toSorted()).toEqual(
    ["first", "second"].flatMap((name) =>
      [`${name} ${hostId}`, `${name} key of ${hostId}`, `${name} ${orgA} null`, `${name} ${orgA} ${userId}`].toSorted(),
    ),
  );
  for (const feed of [first, second, third]) feed.close();
  await bus.close();
});
