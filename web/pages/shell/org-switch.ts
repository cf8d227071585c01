import { useQueryClient } from "@tanstack/react-query";
import type { OrgId } from "@yardarm/protocol/ids";
import { useEffect, useRef } from "react";
import { meQuery } from "../../api/queries.ts";
import { switchOrg } from "../../api/switch-org.ts";
import { PATHS } from "../paths.ts";
import { useMe } from "../use-me.ts";

/** Working in another organization. Pages always begin anew for it, so that nothing of the old one stays on a screen. */

const CHANNEL = "yardarm.organization";

/** Other tabs share the session, and with it the organization: they are told. @throws ApiError */
export const enterOrg = async (orgId: OrgId): Promise<void> => {
  await switchOrg(orgId);
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(orgId);
  channel.close();
  location.assign(PATHS.fleet);
};

/** Begins this page anew when its session has come to work in another organization, by whichever tab. */
export const useFollowOrg = (): void => {
  const { activeOrgId } = useMe();
  const queryClient = useQueryClient();
  const atFirst = useRef(activeOrgId);
  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = () => void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
    return () => channel.close();
  }, [queryClient]);
  useEffect(() => {
    if (activeOrgId !== atFirst.current) location.assign(PATHS.fleet);
  }, [activeOrgId]);
};
