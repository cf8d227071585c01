import { readFileSync } from "node:fs";
import type { Config } from "@yardarm/hub/config";
import type { KeyChange, ShownKeys } from "@yardarm/hub/operator/change-key-file";
import type { Command } from "commander";
import { say, sayRecoveryKey } from "./say.ts";

const RECOVERY_FILE = ["--recovery-key-file <file>", "a file that holds the recovery key"] as const;

/** `yardarm keys …`: the hub's signing keys, in the file where they are. */
export const addKeysCommands = (program: Command, configOf: (argv: readonly string[]) => Config): void => {
  const keys = program.command("keys").description("the keys with which the hub signs what agents obey");
  const add = (name: string, description: string): Command =>
    keys.command(name).description(description).allowUnknownOption().allowExcessArguments();
  const show = async (argv: readonly string[]): Promise<ShownKeys> => {
    const config = configOf(argv);
    return (await import("@yardarm/hub/operator/change-key-file")).showKeys(config);
  };
  const change = async (argv: readonly string[], what: KeyChange): Promise<void> => {
    const config = configOf(argv);
    const { changeKeyFile } = await import("@yardarm/hub/operator/change-key-file");
    const changed = changeKeyFile(config, what);
    if (changed.recoveryKey !== null) sayRecoveryKey(changed.recoveryKey);
    say("Restart every node of the hub with this file: until then it signs as before.");
    print(changed.keys);
  };

  add("show", "print the key set and its fingerprint").action(async (_options, command: Command) => {
    print(await show(command.args));
  });
  add("export", "print the public key set, for «yardarm-agent repin» on a host").action(
    async (_options, command: Command) => void process.stdout.write(`${(await show(command.args)).keySet}\n`),
  );
  add("rotate", "sign with a fresh key; the one before it vouches for it").action((_options, command: Command) =>
    change(command.args, { kind: "rotate" }),
  );
  add("retire", "take a key that is not used any more out of the set")
    .argument("<key-id>")
    .action((keyId: string, _options, command: Command) => change(command.args.slice(1), { kind: "retire", keyId }));
  for (const [kind, description] of [
    ["revoke-all", "revoke every key, after a break-in, and sign with a fresh one"],
    ["replace-recovery", "put another recovery key in the place of this one, and show it once"],
  ] as const) {
    add(kind, description)
      .requiredOption(...RECOVERY_FILE)
      .action((options: { readonly recoveryKeyFile: string }, command: Command) =>
        change(command.args, { kind, recoveryKey: readFileSync(options.recoveryKeyFile, "utf8") }),
      );
  }
  add("reset", "make all keys anew when the recovery key is lost; every agent has to be repinned by hand")
    .requiredOption("--repin-every-agent", "says that you know")
    .action((_options, command: Command) => change(command.args, { kind: "reset" }));
};

const print = ({ hubId, version, fingerprint, keys }: ShownKeys): void => {
  const lines = keys.map(({ keyId, signs }) => `  ${keyId}${signs ? " (signs)" : ""}`);
  process.stdout.write(`hub ${hubId}, key set ${version}, fingerprint ${fingerprint}\n${lines.join("\n")}\n`);
};
