import type { ActionVerb } from "@yardarm/protocol/action";
import type { Container } from "@yardarm/protocol/container";
import type { Host } from "@yardarm/protocol/host";
import { EllipsisVertical, Play, RotateCw, Square } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "../../ui/Button.tsx";
import { Menu, MenuItem } from "../../ui/Menu.tsx";
import { ActionDialog } from "./ActionDialog.tsx";
import { VERB_WORDS } from "./action-verdict.ts";
import { useJudge } from "./use-judge.ts";

export type ActionButtonsProps = { readonly container: Container; readonly host: Host | undefined };

const ICONS = { START: Play, STOP: Square, RESTART: RotateCw } as const;
const BUTTONS = ["START", "STOP", "RESTART"] as const;

/** What can be done to a container; what cannot says why. */
export const ActionButtons = ({ container, host }: ActionButtonsProps) => {
  const judge = useJudge(container, host);
  const [asked, setAsked] = useState<ActionVerb | null>(null);
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
            aria-label={VERB_WORDS[verb].verb}
            className="px-1.5! phone:px-3!"
            onClick={() => setAsked(verb)}
          >
            <span className="hidden phone:inline">{VERB_WORDS[verb].verb}</span>
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
