import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { SavedView } from "@yardarm/protocol/api/views";
import { Bookmark } from "lucide-react";
import { type FormEvent, useState } from "react";
import { createView, deleteView, getViews } from "../../api/log-calls.ts";
import { formatMoment } from "../../format/time.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogButtons } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/Field.tsx";
import { Menu, MenuItem, MenuSeparator } from "../../ui/Menu.tsx";
import { ProblemState } from "../ProblemState.tsx";
import { PATHS } from "../paths.ts";
import { useMe } from "../use-me.ts";
import { type LogsSearch, readViewQuery, writeViewQuery } from "./logs-address.ts";

const VIEWS_KEY = ["views"] as const;

/** Views that were kept, by oneself or for everybody; an address that is copied shares a view as well. */
export const SavedViews = ({ search }: { readonly search: LogsSearch }) => {
  const navigate = useNavigate();
  const views = useQuery({ queryKey: VIEWS_KEY, queryFn: getViews });
  const [layer, setLayer] = useState<"save" | "manage" | null>(null);
  const items = views.data?.items ?? [];
  return (
    <>
      <Menu
        trigger={
          <Button icon={<Bookmark className="size-4" aria-hidden="true" />} className="shrink-0" aria-label="Views">
            <span className="hidden phone:inline">Views</span>
          </Button>
        }
      >
        {items.map((view) => (
          <MenuItem
            key={view.viewId}
            onSelect={() => void navigate({ to: PATHS.logs, search: readViewQuery(view.query) })}
          >
            {view.name}
            {view.shared ? <span className="text-muted"> · shared</span> : null}
          </MenuItem>
        ))}
        {items.length > 0 ? <MenuSeparator /> : null}
        {views.isError ? <p className="px-2 py-1 text-danger text-meta">Saved views could not be loaded.</p> : null}
        <MenuItem onSelect={() => setLayer("save")}>Save this view</MenuItem>
        <MenuItem
          disabledReason={items.length === 0 ? "No view has been saved." : null}
          onSelect={() => setLayer("manage")}
        >
          Remove views
        </MenuItem>
      </Menu>
      {layer === "save" ? <SaveDialog search={search} onClose={() => setLayer(null)} /> : null}
      {layer === "manage" ? <RemoveDialog views={items} onClose={() => setLayer(null)} /> : null}
    </>
  );
};

const SaveDialog = ({ search, onClose }: { readonly search: LogsSearch; readonly onClose: () => void }) => {
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const [isShared, setShared] = useState(false);
  const saving = useMutation({
    mutationFn: () => createView({ name: name.trim(), query: writeViewQuery(search), shared: isShared }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: VIEWS_KEY });
      onClose();
    },
  });
  const missing = saving.isPending ? "Saving…" : name.trim() === "" ? "Give it a name first." : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (missing === null) saving.mutate();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Save this view"
      description={`${keptWords(search)} are kept, not the lines. What it shows is always what its reader may see.`}
    >
      <form onSubmit={submit} className="flex flex-col gap-3" noValidate>
        <TextField
          label="Name"
          autoComplete="off"
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <label className="flex min-h-6 items-center gap-2">
          <input
            type="checkbox"
            checked={isShared}
            onChange={(event) => setShared(event.target.checked)}
            className="size-4 accent-(--yd-accent)"
          />
          For everybody of the organization
        </label>
        {saving.isError ? <ProblemState error={saving.error} /> : null}
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabledReason={missing}>
            Save view
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
};

const RemoveDialog = ({ views, onClose }: { readonly views: readonly SavedView[]; readonly onClose: () => void }) => {
  const me = useMe();
  const queryClient = useQueryClient();
  const removing = useMutation({
    mutationFn: deleteView,
    onSettled: () => queryClient.invalidateQueries({ queryKey: VIEWS_KEY }),
  });
  return (
    <Dialog isOpen onClose={onClose} title="Remove views">
      <ul className="flex flex-col">
        {views.map((view) => (
          <li key={view.viewId} className="flex min-h-9 items-center gap-2 border-line border-b">
            <span className="min-w-0 flex-1 truncate">
              {view.name}
              {view.shared ? <span className="text-muted"> · shared</span> : null}
            </span>
            <Button
              isSmall
              aria-label={`Remove ${view.name}`}
              disabledReason={view.ownerId === me.userId ? null : "Only whoever saved it can remove it."}
              onClick={() => removing.mutate(view.viewId)}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
      {removing.isError ? <ProblemState error={removing.error} /> : null}
      <DialogButtons>
        <Button onClick={onClose}>Close</Button>
      </DialogButtons>
    </Dialog>
  );
};

/** A range of fixed moments shows the same hours whenever the view is opened. */
const keptWords = ({ from, to, cols }: LogsSearch): string => {
  const ends = [
    ...(from === undefined ? [] : [`from ${formatMoment(from)}`]),
    ...(to === undefined ? [] : [`to ${formatMoment(to)}`]),
  ];
  return `Sources, search, levels${cols === undefined ? "" : ", columns"} and ${ends.length === 0 ? "how far back" : `the time ${ends.join(" ")}`}`;
};
