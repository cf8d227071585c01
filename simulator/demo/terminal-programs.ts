import { hexFrom, noise, noiseInt, noisePick } from "../noise.ts";
import type { DemoLine, DemoProgram } from "./demo-line.ts";
import { isoTime } from "./web-programs.ts";

/** Programs that write for a terminal: colours, progress, symbols. */

const ESC = "\u001b[";
const green = (text: string): string => `${ESC}32m${text}${ESC}0m`;
const yellow = (text: string): string => `${ESC}33m${text}${ESC}0m`;
const red = (text: string): string => `${ESC}31m${text}${ESC}0m`;
const cyan = (text: string): string => `${ESC}36m${text}${ESC}0m`;
const dim = (text: string): string => `${ESC}2m${text}${ESC}0m`;

const BUILD_STEPS = [
  `${cyan("==>")} ${ESC}1mFetching sources${ESC}0m`,
  `    ${dim("remote: Enumerating objects: 1284, done.")}`,
  "Receiving objects:  48% (616/1284)\rReceiving objects: 100% (1284/1284), 2.31 MiB | 8.4 MiB/s, done.",
  `${cyan("==>")} ${ESC}1mInstalling dependencies${ESC}0m`,
  `    ${yellow("warning")} package.json: no license field`,
  `    ${green("✔")} 412 packages in 6.1 s`,
  `${cyan("==>")} ${ESC}1mRunning tests${ESC}0m`,
  `    ${green("✓")} orders › places an order ${dim("(41 ms)")}`,
  `    ${green("✓")} orders › refuses an empty cart ${dim("(3 ms)")}`,
  `    ${green("✓")} stock › never goes below zero ${dim("(118 ms)")}`,
] as const;

/** A build runner: a job every so often, most of them green. */
export const buildRunner = (intervalMs: number): DemoProgram => ({
  intervalMs,
  boot: [`${cyan("runner")} 12.3.0 is online and waiting for jobs`],
  line: ({ seed, slot }): DemoLine => {
    const job = Math.floor(slot / 24);
    const step = slot % 24;
    const known = BUILD_STEPS[step];
    if (known !== undefined) return { text: known, joins: step % 3 !== 0 };
    if (step === 10 && noise(seed, job) < 0.25) {
      return {
        stream: "stderr",
        text: `    ${red("✗")} checkout › pays with a voucher: expected 0, got -1`,
        joins: true,
      };
    }
    if (step === 11) {
      const verdict = noise(seed, job) < 0.25 ? red("failed") : green("passed");
      return {
        text: `${cyan("==>")} Job #${job % 10_000} ${verdict} in ${noiseInt(seed + 1, job, 21, 94)} s`,
        joins: true,
      };
    }
    return { text: dim(`polling for jobs (idle ${step - 11}0 s)`) };
  },
});

const SENSORS = ["kitchen_temperature", "office_co2", "garage_door", "heat_pump_power", "hall_motion"] as const;

/** Home automation with a coloured log. */
export const homeAutomation = (intervalMs: number): DemoProgram => ({
  intervalMs,
  boot: ["[16:02:11] INFO: Home automation is starting up", "[16:02:19] INFO: 214 entities restored"],
  line: ({ seed, slot, tsNs }) => {
    const time = isoTime(tsNs).slice(0, 23).replace("T", " ");
    const sensor = noisePick(seed + 4, slot, SENSORS);
    const draw = noise(seed + 5, slot);
    if (draw < 0.03)
      return { text: red(`${time} ERROR (MainThread) [integrations.mqtt] sensor.${sensor}: no message for 300 s`) };
    if (draw < 0.1)
      return {
        text: yellow(
          `${time} WARNING (MainThread) [helpers.entity] Update of sensor.${sensor} is taking over 10 seconds`,
        ),
      };
    return {
      text: green(`${time} INFO (MainThread) [core] sensor.${sensor} = ${(noise(seed + 6, slot) * 40).toFixed(1)}`),
    };
  },
});

/** A DNS filter. */
export const dnsFilter = (intervalMs: number): DemoProgram => ({
  intervalMs,
  boot: ["[i] Starting DNS service", "[✓] DNS service is listening"],
  line: ({ seed, slot, tsNs }) => {
    const isBlocked = noise(seed + 4, slot) < 0.2;
    const name = `${noisePick(seed + 5, slot, isBlocked ? ["ads", "telemetry", "pixel"] : ["www", "api", "cdn", "time"])}.example.${noisePick(seed + 6, slot, ["com", "org", "net"])}`;
    const what = isBlocked ? `gravity blocked ${name} is 0.0.0.0` : `forwarded ${name} to 192.0.2.53`;
    return { text: `${isoTime(tsNs).slice(5, 19).replace("T", " ")} dnsmasq[53]: ${what}` };
  },
});

/** A media server: long lines with a transcoder's whole command in them. */
export const mediaServer = (intervalMs: number): DemoProgram => ({
  intervalMs,
  boot: ["[INF] Main: Media server version: 10.11.2", "[INF] Main: Startup complete 0:00:08.12"],
  line: ({ seed, slot, tsNs }) => {
    const time = isoTime(tsNs).slice(11, 19);
    if (slot % 12 !== 0) {
      return {
        text: `[${time}] [INF] [${slot % 40}] SessionManager: Playback progress reported by living room at ${noiseInt(seed, slot, 1, 7000)} s`,
      };
    }
    const inputs = Array.from(
      { length: 12 },
      (_, index) => `-map 0:${index} -codec:${index} ${index === 0 ? "libx264" : "copy"}`,
    );
    return {
      text: `[${time}] [INF] [${slot % 40}] MediaEncoder: ffmpeg -i /media/${hexFrom(seed, slot).slice(0, 12)}.mkv ${inputs.join(" ")} -f hls /cache/transcodes/${hexFrom(slot, seed).slice(0, 24)}.m3u8`,
    };
  },
});
