import type { ActionVerb } from "@yardarm/protocol/action";
import type { Container } from "@yardarm/protocol/container";
import type { ContainerId } from "@yardarm/protocol/ids";
import { useContainer, useHost } from "../../live/live-context.tsx";
import { ActionDialog } from "../container/ActionDialog.tsx";
import { useJudge } from "../container/use-judge.ts";

export type PaletteActionProps = {
  readonly verb: ActionVerb;
  readonly containerId: ContainerId;
  readonly onClose: () => void;
};

/** The same dialog as behind the container page's buttons. */
export const PaletteAction = ({ containerId, ...props }: PaletteActionProps) => {
  const container = useContainer(containerId);
  return container === undefined ? null : <JudgedAction {...props} container={container} />;
};

const JudgedAction = ({
  verb,
  container,
  onClose,
}: Omit<PaletteActionProps, "containerId"> & { readonly container: Container }) => {
  const host = useHost(container.hostId);
  const judge = useJudge(container, host);
  const hostName = host?.name ?? "an unknown host";
  return <ActionDialog verb={verb} container={container} hostName={hostName} verdict={judge(verb)} onClose={onClose} />;
};
