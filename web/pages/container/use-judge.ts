import type { ActionVerb } from "@yardarm/protocol/action";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { mayAct, mayOverride, roleOf } from "../../api/permissions.ts";
import { useActions, useConnection } from "../../live/live-context.tsx";
import { useAge } from "../ages.ts";
import { useMe } from "../use-me.ts";
import { type ActionVerdict, judgeAction } from "./action-verdict.ts";

/** What may be done to a container at the moment, and if not, why. */
export const useJudge = (container: Container, host: Host | undefined): ((verb: ActionVerb) => ActionVerdict) => {
  const me = useMe();
  const connection = useConnection();
  const [newestAction] = useActions(container.containerId);
  const age = useAge();
  return (verb) =>
    judgeAction(verb, {
      container,
      host,
      isConnected: connection.status === "open",
      mayAct: mayAct(me, verb),
      mayOverride: mayOverride(me),
      role: roleOf(me),
      newestAction,
      silentMs: age(host?.lastSeenAtNs ?? null),
    });
};
