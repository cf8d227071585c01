import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Host } from "@yardarm/protocol/host";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { issueJoinToken } from "../../../api/calls.ts";
import { rotateKey } from "../../../api/host-calls.ts";
import { projectsQuery, removeHost, renameHost } from "../../../api/org-calls.ts";
import { refusalOf } from "../../../api/permissions.ts";
import { Button, IconButton } from "../../../ui/Button.tsx";
import { Dialog, DialogButtons } from "../../../ui/Dialog.tsx";
import { Menu, MenuItem } from "../../../ui/Menu.tsx";
import { JoinCommand } from "../../add-host/JoinCommand.tsx";
import { ProblemState } from "../../ProblemState.tsx";
import { useMe } from "../../use-me.ts";
import { ConfirmDialog } from "../ConfirmDialog.tsx";
import { NameDialog } from "../NameDialog.tsx";
import { MoveHostDialog } from "./MoveHostDialog.tsx";

type Task = "rename" | "move" | "join" | "key" | "remove";

/** What can be done with a host itself. */
export const HostMenu = ({ host }: { readonly host: Host }) => {
  const refusal = refusalOf(useMe(), "host.manage");
  const [task, setTask] = useState<Task | null>(null);
  return (
    <>
      <Menu
        trigger={
          <IconButton label={`Actions for ${host.name}`} icon={<Ellipsis className="size-4" aria-hidden="true" />} />
        }
      >
        <MenuItem disabledReason={refusal} onSelect={() => setTask("rename")}>
          Rename…
        </MenuItem>
        <MenuItem disabledReason={refusal} onSelect={() => setTask("move")}>
          Move to another project…
        </MenuItem>
        <MenuItem disabledReason={refusal} onSelect={() => setTask("join")}>
          New join command…
        </MenuItem>
        <MenuItem
          disabledReason={refusal ?? (host.status === "online" ? null : "Its agent is not connected.")}
          onSelect={() => setTask("key")}
        >
          Replace its key…
        </MenuItem>
        <MenuItem isDangerous disabledReason={refusal} onSelect={() => setTask("remove")}>
          Remove…
        </MenuItem>
      </Menu>
      {task === null ? null : <TaskDialog task={task} host={host} onClose={() => setTask(null)} />}
    </>
  );
};

type TaskDialogProps = { readonly task: Task; readonly host: Host; readonly onClose: () => void };

const TaskDialog = ({ task, host, onClose }: TaskDialogProps) => {
  const queryClient = useQueryClient();
  const end = { onClose, onDone: () => void queryClient.invalidateQueries({ queryKey: projectsQuery.queryKey }) };
  switch (task) {
    case "rename":
      return (
        <NameDialog
          title={`Rename ${host.name}`}
          label="Name of the host"
          hint="Its history stays; the machine itself is not renamed."
          name={host.name}
          verb="Rename"
          save={(name) => renameHost(host.hostId, name)}
          {...end}
        />
      );
    case "move":
      return <MoveHostDialog host={host} {...end} />;
    case "join":
      return <JoinAgainDialog host={host} onClose={onClose} />;
    case "key":
      return (
        <ConfirmDialog
          title={`Replace the key of ${host.name}?`}
          verb="Replace the key"
          run={() => rotateKey(host.hostId)}
          {...end}
        >
          Its agent makes itself another key and comes back with it within seconds; the present key is refused from then
          on. Whoever has a copy of the present key cannot use it any more.
        </ConfirmDialog>
      );
    case "remove":
      return (
        <ConfirmDialog title={`Remove ${host.name}?`} verb="Remove" run={() => removeHost(host.hostId)} {...end}>
          Its agent is disconnected and its key refused from now on; its containers disappear from this organization.
          Nothing on the host itself is stopped: end the agent there too. To bring it back, add it again.
        </ConfirmDialog>
      );
  }
};

const JoinAgainDialog = ({ host, onClose }: { readonly host: Host; readonly onClose: () => void }) => {
  const issuing = useMutation({ mutationFn: () => issueJoinToken(host.hostId) });
  return (
    <Dialog isOpen isWide onClose={onClose} title={`Let ${host.name} join again`}>
      {issuing.data === undefined ? (
        <p>
          For a machine that lost its agent's key, or was installed anew. Earlier commands that nobody used stop
          working; an agent that joins with the new one takes the place of the present one.
        </p>
      ) : (
        <JoinCommand created={issuing.data} />
      )}
      {issuing.isError ? <ProblemState error={issuing.error} /> : null}
      <DialogButtons>
        <Button onClick={onClose}>Close</Button>
        {issuing.data === undefined ? (
          <Button
            look="primary"
            disabledReason={issuing.isPending ? "Making the command…" : null}
            onClick={() => issuing.mutate()}
          >
            Get a new command
          </Button>
        ) : null}
      </DialogButtons>
    </Dialog>
  );
};
