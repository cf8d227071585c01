import { useConnection } from "../../live/live-context.tsx";
import { Delayed } from "../../ui/Delayed.tsx";
import { StateBadge } from "../../ui/StateBadge.tsx";

/** Whether what is on screen is live. */
export const ConnectionDot = () => {
  const connection = useConnection();
  switch (connection.status) {
    case "open":
      return <StateBadge look={{ icon: "dot", word: "Live", tone: "ok" }} />;
    case "connecting":
      return connection.lostAtMs === null ? (
        <Delayed>
          <StateBadge look={{ icon: "half-dot", word: "Connecting", tone: "warn" }} />
        </Delayed>
      ) : (
        <StateBadge look={{ icon: "half-dot", word: "Reconnecting", tone: "warn" }} />
      );
    case "waiting":
      return <StateBadge look={{ icon: "broken-link", word: "Disconnected", tone: "danger" }} />;
    case "stopped":
      return <StateBadge look={{ icon: "question", word: "Not connected", tone: "muted" }} />;
  }
};
