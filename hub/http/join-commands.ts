import type { CreateHostResponse } from "@yardarm/protocol/api/hosts";

/**
 * Ready-to-paste commands for a new host. The token goes into a file that only its owner can read, never into an
 * argument list, and the agent's bundle is checked against the checksum that this page shows.
 */
export const joinCommands = (options: {
  readonly hubUrl: string;
  readonly joinToken: string;
  readonly bundleSha256: string;
}): CreateHostResponse["commands"] => {
  const { hubUrl, joinToken, bundleSha256 } = options;
  // Plain HTTP beyond this machine works only where the agent is told so.
  const isProtected = /^http:\/\/(127\.|localhost|\[::1\])/.test(hubUrl) || hubUrl.startsWith("https:");
  const flag = isProtected ? "" : "AGENT_ALLOW_INSECURE=1 ";
  const download = [
    "mkdir -p ~/.yardarm && cd ~/.yardarm",
    `curl -fsSo yardarm-agent.mjs ${hubUrl}/agent/yardarm-agent.mjs`,
    `echo "${bundleSha256}  yardarm-agent.mjs" | sha256sum -c -`,
    `(umask 077 && cat > join-token <<'END'\n${joinToken}\nEND\n)`,
  ].join("\n");
  const environment = `${flag}AGENT_API_URL=${hubUrl} AGENT_TOKEN_FILE=$HOME/.yardarm/join-token AGENT_STATE_DIR=$HOME/.yardarm/state`;
  const mounts = ["$HOME/.yardarm:/yardarm", "/var/run/docker.sock:/var/run/docker.sock"];
  const containerEnvironment = [
    `AGENT_API_URL=${hubUrl}`,
    "AGENT_TOKEN_FILE=/yardarm/join-token",
    "AGENT_STATE_DIR=/yardarm/state",
    ...(isProtected ? [] : ["AGENT_ALLOW_INSECURE=1"]),
  ];
  return {
    node: `${download}\n${environment} node yardarm-agent.mjs`,
    dockerRun: [
      download,
      "docker run -d --name yardarm-agent --restart unless-stopped --network host \\",
      ...mounts.map((mount) => `  -v ${mount} \\`),
      ...containerEnvironment.map((variable) => `  -e ${variable} \\`),
      "  node:24-slim node /yardarm/yardarm-agent.mjs",
    ].join("\n"),
    compose: [
      "# first run the Node command without its last line: it fetches the agent and stores the token",
      "services:",
      "  yardarm-agent:",
      "    image: node:24-slim",
      "    command: node /yardarm/yardarm-agent.mjs",
      "    restart: unless-stopped",
      "    network_mode: host",
      "    volumes:",
      ...mounts.map((mount) => `      - ${mount}`),
      "    environment:",
      ...containerEnvironment.map((variable) => `      - ${variable}`),
    ].join("\n"),
    systemd: [
      download,
      "sudo tee /etc/systemd/system/yardarm-agent.service > /dev/null <<END",
      "[Unit]",
      "Description=Yardarm agent",
      "Wants=network-online.target",
      "After=network-online.target docker.service",
      "[Service]",
      ...["AGENT_TOKEN_FILE=$HOME/.yardarm/join-token", "AGENT_STATE_DIR=$HOME/.yardarm/state"].map(
        (variable) => `Environment="${variable}"`,
      ),
      `Environment="AGENT_API_URL=${hubUrl}"`,
      ...(isProtected ? [] : ['Environment="AGENT_ALLOW_INSECURE=1"']),
      'ExecStart="$(command -v node)" "$HOME/.yardarm/yardarm-agent.mjs"',
      "Restart=always",
      "[Install]",
      "WantedBy=multi-user.target",
      "END",
      "sudo systemctl enable --now yardarm-agent",
    ].join("\n"),
  };
};
