import { useMutation } from "@tanstack/react-query";
import { asId, type OrgId } from "@yardarm/protocol/ids";
import { errorText } from "../../api/errors.ts";
import { MenuChoice, MenuSeparator } from "../../ui/Menu.tsx";
import { useMe } from "../use-me.ts";
import { enterOrg } from "./org-switch.ts";

/** The organizations of the person, inside a menu; nothing for somebody who has one. */
export const OrgChoice = () => {
  const { orgs, activeOrgId } = useMe();
  const switching = useMutation({ mutationFn: enterOrg });
  if (orgs.length < 2) return null;
  const options = orgs.map(({ orgId, name }) => ({ value: String(orgId), text: name }));
  return (
    <>
      <MenuChoice
        label="Organization"
        value={String(activeOrgId)}
        options={options}
        onChange={(chosen) => {
          if (chosen !== activeOrgId) switching.mutate(asId<OrgId>(chosen));
        }}
      />
      {switching.isError ? (
        <p role="alert" className="px-2 py-1 text-danger text-meta">
          {errorText(switching.error).title}
        </p>
      ) : null}
      <MenuSeparator />
    </>
  );
};
