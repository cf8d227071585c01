import { useQueryClient } from "@tanstack/react-query";
import { useState, useSyncExternalStore } from "react";
import { renameMe } from "../../api/account-calls.ts";
import { roleOf } from "../../api/permissions.ts";
import { meQuery } from "../../api/queries.ts";
import { Button } from "../../ui/Button.tsx";
import { Select } from "../../ui/Select.tsx";
import { chooseTheme, themeStore } from "../../ui/theme/theme.ts";
import { Facts } from "../Facts.tsx";
import { layers } from "../shell/layers.ts";
import { SingleKeysSwitch } from "../shell/SingleKeysSwitch.tsx";
import { useMe } from "../use-me.ts";
import { useTitle } from "../use-title.ts";
import { NameDialog } from "./NameDialog.tsx";
import { PageHead } from "./PageHead.tsx";
import { PasswordForm } from "./PasswordForm.tsx";
import { SessionList } from "./SessionList.tsx";
import { SecuritySection } from "./security/SecuritySection.tsx";

const THEMES = [
  { value: "system", label: "Like the device" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

/** What belongs to the person who is signed in. */
export const ProfilePage = () => {
  useTitle("Profile", "Settings");
  const me = useMe();
  const [isRenaming, setRenaming] = useState(false);
  const queryClient = useQueryClient();
  const theme = useSyncExternalStore(themeStore.subscribe, themeStore.choice);
  return (
    <div className="flex max-w-180 flex-col gap-6">
      <PageHead title="Profile" action={<Button onClick={() => setRenaming(true)}>Change your name</Button>} />
      <Facts
        facts={[
          { name: "Name", value: me.name },
          { name: "E-mail", value: me.email },
          { name: "Role", value: roleOf(me) },
        ]}
      />
      <section aria-label="Appearance" className="flex flex-col items-start gap-2">
        <h2 className="font-semibold text-title">Appearance</h2>
        <Select label="Theme" value={theme} options={THEMES} onChange={chooseTheme} />
        <p className="text-meta text-muted">Kept in this browser.</p>
      </section>
      <section aria-label="Keyboard" className="flex flex-col items-start gap-2">
        <h2 className="font-semibold text-title">Keyboard</h2>
        <div className="flex flex-wrap items-center gap-4">
          <SingleKeysSwitch />
          <Button onClick={() => layers.show({ kind: "keys" })}>Show all keys</Button>
        </div>
        <p className="text-meta text-muted">Kept in this browser.</p>
      </section>
      <PasswordForm />
      <SecuritySection />
      <SessionList />
      {isRenaming ? (
        <NameDialog
          title="Change your name"
          label="Your name"
          hint="As the other members see it. What the audit says of you before stays as it was written."
          name={me.name}
          verb="Change"
          save={renameMe}
          onClose={() => setRenaming(false)}
          onDone={() => void queryClient.invalidateQueries({ queryKey: meQuery.queryKey })}
        />
      ) : null}
    </div>
  );
};
