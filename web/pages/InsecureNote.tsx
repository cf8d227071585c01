import { useQuery } from "@tanstack/react-query";
import { setupQuery } from "../api/queries.ts";

/** Said before a password is typed. */
export const InsecureNote = () => {
  const { data: setup } = useQuery(setupQuery);
  return setup?.insecureTransport === true ? (
    <p className="text-meta text-warn">
      This connection is plain HTTP: the password travels unencrypted. Use it only on a network that you trust.
    </p>
  ) : null;
};
