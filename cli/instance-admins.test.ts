import type { Me } from "@yardarm/protocol/api/auth";
import { OWNER, startHubProcess, YARDARM } from "@yardarm/testkit/hub-process";
import { signInTo } from "@yardarm/testkit/hub-session";
import { runProgram } from "@yardarm/testkit/program";
import { expect, test } from "vitest";

test("[IDTY-03] the operator names a second administrator of the installation beside the running hub, and takes it back", async () => {
  await using hub = await startHubProcess({ command: "hub" });
  const env = { YARDARM_DATA: hub.dataDirectory, YARDARM_PORT: String(hub.port) };
  const user = (...args: readonly string[]) => runProgram({ file: YARDARM, args: ["user", ...args], env });
  const owner = await hub.signIn();
  const guest = { email: "second@example.com", password: "another horse, another battery" };
  const { link } = await owner.post<{ link: string }>("/api/invitations", { email: guest.email, role: "viewer" });
  const invitationToken = link.split("=")[1];
  await owner.post("/api/invitations/join", { invitationToken, name: "Second", password: guest.password });
  const second = await signInTo(hub.url, guest);
  const isAdmin = async (): Promise<boolean> => (await second.get<Me>("/api/me")).instanceAdmin;
  expect(await isAdmin()).toBe(false);

  const granted = await user("grant-admin", " Second@Example.com ");
  expect(granted).toMatchObject({ status: 0, err: expect.stringContaining(`run by: ${OWNER.email}, ${guest.email}.`) });
  expect(await isAdmin()).toBe(true);
  // It is a right over the installation, and none over anybody's data.
  expect((await second.get<Me>("/api/me")).permissions).not.toContain("audit.read");
  await second.post("/api/orgs", { name: "Theirs" });

  expect(await user("revoke-admin", guest.email)).toMatchObject({
    status: 0,
    err: expect.stringContaining(OWNER.email),
  });
  expect(await isAdmin()).toBe(false);
  await expect(second.post("/api/orgs", { name: "No more" })).rejects.toThrow("403");
  const { items } = await owner.get<{ items: readonly { kind: string }[] }>(
    "/api/audit?kind=admin.granted,admin.revoked",
  );
  expect(items.map(({ kind }) => kind)).toEqual(["admin.revoked", "admin.granted"]);
  expect(await user("grant-admin", "nobody@example.com")).toMatchObject({ status: 1 });
  expect(await user("revoke-admin", OWNER.email)).toMatchObject({ err: expect.stringContaining("Nobody runs") });
}, 180_000);
