#!/usr/bin/env node
import { parseConfig, renderHelp } from "@yardarm/hub/config";
import { VERSION } from "@yardarm/hub/version";
import { Command } from "commander";
import { auditVerdictLine } from "./audit-verdict.ts";
import { addKeysCommands } from "./keys.ts";
import { say, sayRecoveryKey } from "./say.ts";

/** What a command runs is imported when it is called: only the hub itself needs the whole hub, which takes a second to load. */

/** Exit codes: 0 ended as asked, 1 could not run, 2 wrong options. */
const WRONG_OPTIONS = 2;

const program = new Command("yardarm")
  .description("See and steer every Docker host from one place.")
  .version(VERSION)
  .addHelpText("after", () => `\nOptions of the hub (flag, variable, default):\n${renderHelp()}`);

/** The hub's options come from its own table, so commander hands them through. */
const hubCommand = (name: string, description: string): Command =>
  program.command(name).description(description).allowUnknownOption().allowExcessArguments();

const configOf = (argv: readonly string[]) => {
  const result = parseConfig(process.env, argv);
  if (result.ok) return result.config;
  for (const problem of result.problems) say(problem);
  process.exit(WRONG_OPTIONS);
};

hubCommand("up", "the hub and an agent for this machine's engine; --demo shows a simulated fleet instead").action(
  async (_options, command: Command) => {
    const argv = command.args.filter((argument) => argument !== "--demo");
    const config = configOf(argv);
    const { up } = await import("./up.ts");
    await up(config, { isDemo: argv.length < command.args.length });
  },
);

hubCommand("hub", "the hub alone").action(async (_options, command: Command) => {
  const config = configOf(command.args);
  const { runHub } = await import("@yardarm/hub/main");
  const hub = await runHub(config);
  if (hub.recoveryKey !== null) sayRecoveryKey(hub.recoveryKey);
  if (hub.setupToken !== null) say(`Open this link to make the first owner: ${hub.url}/setup#token=${hub.setupToken}`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await hub.stop();
});

const user = program.command("user").description("people's accounts");

user
  .command("reset-password")
  .argument("<email>")
  .description("print a one-time link (1 h) with which this person sets a new password; works beside a running hub")
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (email: string, _options, command: Command) => {
    const config = configOf(command.args.slice(1));
    const { passwordLink } = await import("@yardarm/hub/operator/reset-password");
    const link = await passwordLink(config, email);
    say("Give this link to that person. It works once, for an hour; every session of theirs ends then.");
    process.stdout.write(`${link}\n`);
  });

user
  .command("reset-second-factor")
  .argument("<email>")
  .description("take one-time codes, recovery codes and passkeys of this person away; works beside a running hub")
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (email: string, _options, command: Command) => {
    const config = configOf(command.args.slice(1));
    const { resetSecondFactor } = await import("@yardarm/hub/operator/reset-second-factor");
    const { totp, passkeys } = await resetSecondFactor(config, email);
    say(`One-time codes ${totp ? "are off now" : "were not on"}; passkeys removed: ${passkeys}.`);
  });

for (const [name, isAdmin] of [
  ["grant-admin", true],
  ["revoke-admin", false],
] as const) {
  user
    .command(name)
    .argument("<email>")
    .description(
      isAdmin
        ? "let this person run the installation, which shows them no organization's data"
        : "let this person run the installation no more",
    )
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (email: string, _options, command: Command) => {
      const config = configOf(command.args.slice(1));
      const { changeInstanceAdmin } = await import("@yardarm/hub/operator/instance-admins");
      const admins = await changeInstanceAdmin(config, email, isAdmin);
      if (admins.length === 0) say("Nobody runs the installation now; grant-admin names somebody.");
      else say(`The installation is run by: ${admins.join(", ")}.`);
    });
}

addKeysCommands(program, configOf);

program
  .command("audit")
  .description("who did what")
  .command("verify")
  .description("compute the audit of every organization anew and name the first row that does not hold; exit 1 then")
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (_options, command: Command) => {
    const config = configOf(command.args);
    const { verifyAudit } = await import("@yardarm/hub/operator/verify-audit");
    const verdicts = await verifyAudit(config);
    for (const verdict of verdicts) process.stdout.write(`${auditVerdictLine(verdict)}\n`);
    process.exit(verdicts.every(({ verdict }) => verdict.ok) ? 0 : 1);
  });

try {
  await program.parseAsync();
  process.exit(0);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
