import type { Container } from "@yardarm/protocol/container";
import { formatBytes } from "../../format/bytes.ts";
import { formatPorts } from "../../format/image.ts";
import { formatMoment, nsToMs } from "../../format/time.ts";
import { Facts } from "../Facts.tsx";
import { lockReason } from "../lock.ts";

/** What the engine says of the container. Labels are shown as they are: text of strangers. */
export const ContainerDetails = ({ container }: { readonly container: Container }) => {
  const labels = Object.entries(container.labels).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const ports = formatPorts(container.ports);
  const createdAtMs = nsToMs(container.createdAtNs);
  return (
    <section aria-label="Details" className="flex flex-col gap-3 p-3">
      <h2 className="font-medium">Details</h2>
      <Facts
        facts={[
          { name: "Container id", value: <code className="break-all">{container.dockerId.slice(0, 12)}</code> },
          { name: "Image", value: <code className="break-all">{container.image}</code> },
          { name: "Image id", value: <code className="break-all">{container.imageId}</code> },
          {
            name: "Compose",
            value: container.compose === null ? null : `${container.compose.project} / ${container.compose.service}`,
          },
          { name: "Protection", value: lockReason(container) },
          { name: "Created", value: createdAtMs === null ? null : formatMoment(createdAtMs) },
          { name: "Restarts", value: container.restartCount },
          { name: "Ports", value: ports.length === 0 ? "none published" : ports.join(", ") },
          { name: "Network", value: container.networkMode },
          {
            name: "Memory limit",
            value: container.memoryLimitBytes === null ? "none" : formatBytes(container.memoryLimitBytes),
          },
          { name: "CPU limit", value: container.cpuLimitCores === null ? "none" : `${container.cpuLimitCores} cores` },
          {
            name: "Stop grace",
            value: container.stopGraceSeconds === null ? "10 s" : `${container.stopGraceSeconds} s`,
          },
          { name: "Log driver", value: container.logDriver },
        ]}
      />
      {labels.length === 0 ? null : (
        <>
          <h3 className="font-medium">Labels</h3>
          <ul className="flex flex-col gap-1">
            {labels.map(([key, value]) => (
              <li key={key}>
                <code className="break-all">
                  <span className="text-muted">{key}=</span>
                  {value}
                </code>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
};
