/** Image references and ports, shortened the way people say them. */

/** `repository/path/name:tag` or `name@sha256:…` split for display; a missing tag is `latest`, a digest is cut to 12 digits. */
export const splitImage = (reference: string): { readonly name: string; readonly tag: string } => {
  const at = reference.indexOf("@");
  if (at > 0) {
    const digest = reference.slice(at + 1);
    const colon = digest.indexOf(":");
    return { name: splitImage(reference.slice(0, at)).name, tag: `@${digest.slice(colon + 1, colon + 13)}` };
  }
  if (/^sha256:[0-9a-f]{64}$/.test(reference)) return { name: reference.slice(7, 19), tag: "" };
  const slash = reference.lastIndexOf("/");
  const colon = reference.indexOf(":", slash + 1);
  return colon < 0
    ? { name: reference, tag: "latest" }
    : { name: reference.slice(0, colon), tag: reference.slice(colon + 1) };
};

/** `name:tag` without registry and path, for narrow columns. */
export const shortImage = (reference: string): string => {
  const { name, tag } = splitImage(reference);
  const base = name.slice(name.lastIndexOf("/") + 1);
  if (tag === "") return base;
  return tag.startsWith("@") ? `${base}${tag}` : `${base}:${tag}`;
};

export type PortFacts = {
  readonly containerPort: number;
  readonly protocol: string;
  readonly hostIp: string | null;
  readonly hostPort: number | null;
};

/** Published ports as `8080→80`, once for IPv4 and IPv6 together; other protocols than TCP are named. Unpublished ones are left out. */
export const formatPorts = (ports: readonly PortFacts[]): readonly string[] => {
  const texts = new Set<string>();
  for (const port of ports) {
    if (port.hostPort === null) continue;
    const mapping =
      port.hostPort === port.containerPort ? `${port.hostPort}` : `${port.hostPort}→${port.containerPort}`;
    texts.add(port.protocol === "tcp" ? mapping : `${mapping}/${port.protocol}`);
  }
  return [...texts];
};
