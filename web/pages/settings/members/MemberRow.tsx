import type { Member } from "@yardarm/protocol/api/members";
import { Ellipsis } from "lucide-react";
import { formatMoment } from "../../../format/time.ts";
import { Badge } from "../../../ui/Badge.tsx";
import { Button, IconButton } from "../../../ui/Button.tsx";
import { Menu, MenuItem } from "../../../ui/Menu.tsx";
import { useMe } from "../../use-me.ts";
import type { MemberTask } from "./MembersPage.tsx";
import { memberControls } from "./member-controls.ts";
import { ROLE_WORDS } from "./role-words.ts";

export type MemberRowProps = {
  readonly member: Member;
  readonly members: readonly Member[];
  readonly reach: string;
  readonly onTask: (kind: MemberTask["kind"]) => void;
};

export const MemberRow = ({ member, members, reach, onTask }: MemberRowProps) => {
  const controls = memberControls(useMe(), member, members);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b py-2">
      <span className="min-w-48 flex-1">
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{member.name}</span>
          {member.self ? <Badge>You</Badge> : null}
        </span>
        <span className="block text-meta text-muted" title={`since ${formatMoment(Date.parse(member.joinedAt))}`}>
          {member.email}
        </span>
      </span>
      <span className="w-36">
        <span className="block">{ROLE_WORDS[member.role].title}</span>
        <span className="block text-meta text-muted">{reach}</span>
      </span>
      <Button
        isSmall
        aria-label={`Change ${member.name}`}
        disabledReason={controls.change}
        onClick={() => onTask("change")}
      >
        Change
      </Button>
      <Menu
        trigger={
          <IconButton label={`More for ${member.name}`} icon={<Ellipsis className="size-4" aria-hidden="true" />} />
        }
      >
        <MenuItem onSelect={() => onTask("may")}>What may {member.self ? "I" : "they"} do?</MenuItem>
        <MenuItem disabledReason={controls.handOver} onSelect={() => onTask("handOver")}>
          Hand the organization over…
        </MenuItem>
        <MenuItem isDangerous disabledReason={controls.remove} onSelect={() => onTask("remove")}>
          {member.self ? "Leave the organization…" : "Remove…"}
        </MenuItem>
      </Menu>
    </li>
  );
};
