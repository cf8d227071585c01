import type { ActionVerb } from "@yardarm/protocol/action";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { EllipsisVertical, Play, RotateCw, Square } from "lucide-react";
import { useState } from "react";
import { mayAct, mayOverride, roleOf } from "../../api/permissions.ts";
import { useActions, useConnection } from "../../live/live-context.tsx";
import { Button, IconButton } from "../../ui/Button.tsx";
import { Menu, MenuItem } from "../../ui/Menu.tsx";
import { useAge } from "../ages.ts";
import { useMe } from "../use-me.ts";
import { ActionDialog } from "./ActionDialog.tsx";
import { type ActionVerdict, judgeAction, VERB_WORDS } from "./action-verdict.ts";

export type ActionButtonsProps = { readonly container: Container; readonly host: Host | undefined };

const ICONS = { START: Play, STOP: Square, RESTART: RotateCw } as const;
const BUTTONS = ["START", "STOP", "RESTART"] as const;

/** What can be done to a container; what cannot says why. */
export const ActionButtons = ({ container, host }: ActionButtonsProps) => {
  const me = useMe();
  const connection = useConnection();
  const [newestAction] = useActions(container.containerId);
  const age = useAge();
  const [asked, setAsked] = useState<ActionVerb | null>(null);
  const judge = (verb: ActionVerb): ActionVerdict =>
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
  const reasonAgainst = (verb: ActionVerb): string | null => {
    const verdict = judge(verb);
    return verdict.allowed ? null : verdict.reason;
  };
  const inMenu = [container.state === "paused" ? "UNPAUSE" : "PAUSE", "KILL"] as const;
  return (
    <>
      {BUTTONS.map((verb) => {
        const Icon = ICONS[verb];
        return (
          <Button
            key={verb}
            icon={<Icon className="size-4" aria-hidden="true" />}
            disabledReason={reasonAgainst(verb)}
            onClick={() => setAsked(verb)}
          >
            {VERB_WORDS[verb].verb}
          </Button>
        );
      })}
      <Menu
        trigger={<IconButton label="More actions" icon={<EllipsisVertical className="size-4" aria-hidden="true" />} />}
      >
        {inMenu.map((verb) => (
          <MenuItem
            key={verb}
            disabledReason={reasonAgainst(verb)}
            isDangerous={verb === "KILL"}
            onSelect={() => setAsked(verb)}
          >
            {VERB_WORDS[verb].verb}
          </MenuItem>
        ))}
      </Menu>
      {asked === null ? null : (
        <ActionDialog
          key={asked}
          verb={asked}
          container={container}
          hostName={host?.name ?? "an unknown host"}
          verdict={judge(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
};
