import type { DockerId } from "@yardarm/protocol/ids";
import { NS_PER_SECOND } from "../clock.ts";
import { conflict, EngineRefusal, notModified } from "../engine-refusal.ts";
import type { LogStreamName } from "../logs/log-message.ts";
import type { ContainerEngine } from "./container-engine.ts";
import { ContainerLog } from "./container-log.ts";
import type { ContainerSpec, HealthStatus, StopReaction } from "./container-spec.ts";
import {
  type AssumedPast,
  type ContainerState,
  type Health,
  endingOf,
  isLive,
  type Run,
  runOf,
} from "./container-state.ts";
import { IDLE_LOAD, type Load } from "./load.ts";
import { LoadMeter } from "./load-meter.ts";
import { RestartBackOff } from "./restart-back-off.ts";
import { endsByDefault, SIGKILL, signalNumber } from "./signals.ts";

const ENGINE_STOP_TIMEOUT_SECONDS = 10;

/**
 * One container: its state, its output and what it uses. The methods up to `remove` are what the API offers and refuse
 * as the engine does; the ones below are what happens inside the container.
 *
 * Above 300 lines because it is one state machine: what the API refuses depends on what happened inside.
 */
export class SimulatedContainer {
  readonly id: DockerId;
  readonly spec: ContainerSpec;
  readonly createdNs: bigint;
  readonly seed: number;
  readonly #engine: ContainerEngine;
  readonly #log: ContainerLog;
  readonly #backOff = new RestartBackOff();

  #name: string;
  #state: ContainerState = { status: "created" };
  #health: Health | undefined;
  #restartCount = 0;
  #lastFinishedNs: bigint | undefined;
  #isManuallyStopped = false;
  #load: Load;
  #exitListeners: (() => void)[] = [];

  constructor(
    engine: ContainerEngine,
    options: {
      readonly id: DockerId;
      readonly spec: ContainerSpec;
      readonly seed: number;
      readonly createdNs: bigint;
    },
  ) {
    this.#engine = engine;
    this.id = options.id;
    this.spec = options.spec;
    this.seed = options.seed;
    this.createdNs = options.createdNs;
    this.#name = options.spec.name;
    this.#load = options.spec.load ?? IDLE_LOAD;
    this.#log = new ContainerLog(options.spec.logs ?? {}, {
      tty: options.spec.tty ?? false,
      nowNs: () => engine.clock.nowNs(),
    });
  }

  get name(): string {
    return this.#name;
  }

  get state(): ContainerState {
    return this.#state;
  }

  get health(): Health | undefined {
    return this.#health;
  }

  get restartCount(): number {
    return this.#restartCount;
  }

  /** End of the run before the present one, or of the last. */
  get lastFinishedNs(): bigint | undefined {
    return this.#lastFinishedNs;
  }

  get isManuallyStopped(): boolean {
    return this.#isManuallyStopped;
  }

  get log(): ContainerLog {
    return this.#log;
  }

  /** Whether a process runs that can write lines. */
  get isRunning(): boolean {
    return this.#state.status === "running";
  }

  // What the API offers.

  start(): void {
    if (this.#state.status === "paused") throw conflict("cannot start a paused container, try unpause instead");
    if (this.#state.status === "removing") throw conflict("container is marked for removal and cannot be started");
    if (isLive(this.#state)) throw notModified();
    this.#restartCount = 0;
    this.#isManuallyStopped = false;
    this.#backOff.reset();
    this.#begin();
  }

  /** Resolves when the container has ended; `graceSeconds` < 0 waits for ever. */
  async stop(options: { readonly graceSeconds?: number; readonly signal?: string } = {}): Promise<void> {
    if (!isLive(this.#state)) throw notModified();
    await this.#end(options);
    this.#engine.publish(this, "stop");
  }

  async restart(options: { readonly graceSeconds?: number; readonly signal?: string } = {}): Promise<void> {
    if (this.#state.status === "removing") throw conflict("container is marked for removal and cannot be started");
    if (isLive(this.#state)) {
      await this.#end(options);
      this.#engine.publish(this, "stop");
    }
    if (!isLive(this.#state)) this.start();
    this.#engine.publish(this, "restart");
  }

  kill(signal = "SIGKILL"): void {
    const number = signalNumber(signal);
    const run = runOf(this.#state);
    if (run === undefined) throw conflict(`Cannot kill container: ${this.id}: Container ${this.id} is not running`);
    this.#signal(number, run);
  }

  pause(): void {
    if (this.#state.status === "paused") throw conflict(`Container ${this.id} is already paused`);
    if (this.#state.status === "restarting") {
      throw conflict(`Container ${this.id} is restarting, wait until the container is running`);
    }
    if (this.#state.status !== "running") throw conflict(`Container ${this.id} is not running`);
    this.#state.run.meter.freeze(this.#engine.clock.nowNs());
    this.#state = { status: "paused", run: this.#state.run };
    this.#engine.publish(this, "pause");
  }

  unpause(): void {
    if (this.#state.status !== "paused") throw new EngineRefusal(500, `Container ${this.id} is not paused`);
    this.#state.run.meter.thaw(this.#engine.clock.nowNs());
    this.#state = { status: "running", run: this.#state.run };
    this.#engine.publish(this, "unpause");
  }

  /** Ends it when `force` is set, then removes it; its name is free afterwards. */
  remove(options: { readonly force: boolean }): void {
    if (this.#state.status === "removing") throw conflict(`removal of container ${this.id} is already in progress`);
    const run = runOf(this.#state);
    if (isLive(this.#state) && !options.force) {
      const procedure = this.#state.status === "paused" ? "Unpause and then stop" : "Stop";
      throw conflict(
        `You cannot remove a ${this.#state.status} container ${this.id}. ${procedure} the container before attempting removal or force remove`,
      );
    }
    this.#isManuallyStopped = true;
    if (run !== undefined) this.#signal(SIGKILL, run);
    if (this.#state.status === "restarting") this.#state.cancel();
    // One that was started with --rm has gone by itself when its process ended.
    if (this.#currentStatus() !== "removing") this.#destroy();
  }

  /** The engine has already checked that the name is free. */
  rename(name: string): void {
    const oldName = this.#name;
    this.#name = name;
    this.#engine.publish(this, "rename", { oldName: `/${oldName}` });
  }

  // What happens inside.

  /** Takes on a past that nobody saw: no events, no timers. A health check has already reported. */
  assume(past: AssumedPast): void {
    const { startedNs } = past;
    this.#restartCount = past.restartCount ?? 0;
    this.#lastFinishedNs = past.finishedNs;
    if (past.finishedNs === undefined) {
      this.#state = { status: "running", run: this.#newRun(startedNs) };
      if (this.spec.health !== undefined) this.#noteHealth(this.spec.health.status, "");
    } else {
      const { finishedNs, exitCode = 0, isOomKilled = false } = past;
      this.#state = { status: "exited", ending: { startedNs, finishedNs, exitCode, isOomKilled } };
    }
  }

  /** Output of the container: whole lines, a missing final newline is added. Also lays down lines of a past run. */
  write(stream: LogStreamName, text: string, tsNs?: bigint): void {
    this.#log.write(stream, text, tsNs);
  }

  /** Output as the process writes it, byte for byte; an unfinished line waits for its newline or for the end. */
  writeRaw(stream: LogStreamName, bytes: Uint8Array, tsNs?: bigint): void {
    this.#log.writeRaw(stream, bytes, tsNs);
  }

  /** The main process ends by itself; the restart policy decides what follows. */
  die(exitCode: number): void {
    if (runOf(this.#state) === undefined) throw new Error(`${this.#name} does not run: it cannot die`);
    this.#exit(exitCode, false);
  }

  /** The kernel kills a process for want of memory: the main one, or a child that the main one survives. */
  runOutOfMemory(victim: "main" | "child" = "main"): void {
    if (runOf(this.#state) === undefined) throw new Error(`${this.#name} does not run: it cannot run out of memory`);
    this.#engine.publish(this, "oom");
    if (victim === "main") this.#exit(128 + SIGKILL, true);
  }

  /** The health check reports a status; an event goes out when it changed. */
  setHealth(status: HealthStatus, output = ""): void {
    const before = this.#health?.status;
    this.#noteHealth(status, output);
    if (before !== status && status !== "starting") this.#engine.publish(this, `health_status: ${status}`);
  }

  setLoad(load: Partial<Load>): void {
    this.#load = { ...this.#load, ...load };
    runOf(this.#state)?.meter.setLoad(this.#load, this.#engine.clock.nowNs());
  }

  /** The engine comes up and the container is to run again (`always`, or `unless-stopped` and not stopped by a user). */
  resumeAfterEngineStart(): void {
    const policy = this.spec.restartPolicy?.name ?? "no";
    if (isLive(this.#state) || this.#state.status === "created") return;
    if (policy === "always" || (policy === "unless-stopped" && !this.#isManuallyStopped)) this.#begin();
  }

  /** The engine goes down without live restore: the container is stopped with it, and its policy has no say yet. */
  endWithEngine(): void {
    if (this.#state.status === "restarting") {
      this.#state.cancel();
      this.#state = { status: "exited", ending: this.#state.ending };
    }
    const reaction = this.#stopReaction();
    if (runOf(this.#state) === undefined) return;
    this.#exit(reaction === "ignore" ? 128 + SIGKILL : reaction.exitCode, false, { stays: true });
  }

  #currentStatus(): ContainerState["status"] {
    return this.#state.status;
  }

  #begin(): void {
    const run = this.#newRun(this.#engine.clock.nowNs());
    this.#state = { status: "running", run };
    this.#engine.publishNetwork(this, "connect");
    this.#beginHealth(run);
    this.#engine.publish(this, "start");
  }

  #newRun(startedNs: bigint): Run {
    const cpuLimitCores = this.spec.cpuLimitCores;
    const meter = new LoadMeter({ load: this.#load, seed: this.seed, nowNs: startedNs, cpuLimitCores });
    return { startedNs, pid: this.#engine.nextPid(), meter };
  }

  #noteHealth(status: HealthStatus, output: string): void {
    const failingStreak = status === "unhealthy" ? (this.#health?.failingStreak ?? 0) + 1 : 0;
    this.#health = { status, failingStreak, sinceNs: this.#engine.clock.nowNs(), output };
  }

  #beginHealth(run: Run): void {
    const { health } = this.spec;
    if (health === undefined) return;
    this.setHealth("starting");
    if (health.afterMs === undefined) return;
    this.#engine.clock.setTimer(health.afterMs, () => {
      if (runOf(this.#state) === run) this.setHealth(health.status);
    });
  }

  async #end(options: { readonly graceSeconds?: number; readonly signal?: string }): Promise<void> {
    this.#isManuallyStopped = true;
    if (this.#state.status === "restarting") {
      this.#state.cancel();
      this.#state = { status: "exited", ending: this.#state.ending };
      return;
    }
    const run = runOf(this.#state);
    if (run === undefined) return;
    const ended = new Promise<void>((resolve) => this.#exitListeners.push(resolve));
    this.#signal(signalNumber(options.signal ?? this.spec.stopSignal ?? "SIGTERM"), run);
    const graceSeconds = options.graceSeconds ?? this.spec.stopTimeoutSeconds ?? ENGINE_STOP_TIMEOUT_SECONDS;
    const cancel =
      graceSeconds < 0 || runOf(this.#state) !== run
        ? undefined
        : this.#engine.clock.setTimer(graceSeconds * 1000, () => {
            if (runOf(this.#state) === run) this.#signal(SIGKILL, run);
          });
    await ended;
    cancel?.();
  }

  #signal(signal: number, run: Run): void {
    const isStop = signal === signalNumber(this.spec.stopSignal ?? "SIGTERM");
    if (isStop || signal === SIGKILL) this.#isManuallyStopped = true;
    this.#engine.publish(this, "kill", { signal: `${signal}` });
    const reaction = this.#stopReaction();
    if (signal === SIGKILL) {
      this.#exit(128 + SIGKILL, false);
      return;
    }
    if (this.#state.status === "paused") this.unpause();
    if (!isStop) {
      if (endsByDefault(signal)) this.#exit(128 + signal, false);
    } else if (reaction !== "ignore" && reaction.afterMs === 0) {
      this.#exit(reaction.exitCode, false);
    } else if (reaction !== "ignore") {
      this.#engine.clock.setTimer(reaction.afterMs, () => {
        if (runOf(this.#state) === run) this.#exit(reaction.exitCode, false);
      });
    }
  }

  #stopReaction(): StopReaction {
    return this.spec.onStopSignal ?? { exitCode: 0, afterMs: 0 };
  }

  #exit(exitCode: number, isOomKilled: boolean, options: { readonly stays: boolean } = { stays: false }): void {
    const run = runOf(this.#state);
    if (run === undefined) return;
    const finishedNs = this.#engine.clock.nowNs();
    const ending = { startedNs: run.startedNs, finishedNs, exitCode, isOomKilled };
    this.#lastFinishedNs = finishedNs;
    const ranNs = finishedNs - run.startedNs;
    const isRestarting = !options.stays && this.#isRestartedBy(exitCode);
    if (isRestarting) {
      this.#restartCount++;
      const cancel = this.#engine.clock.setTimer(this.#backOff.next(ranNs), () => this.#begin());
      this.#state = { status: "restarting", ending, cancel };
    } else this.#state = { status: "exited", ending };
    this.#log.end();
    this.#engine.publish(this, "die", {
      exitCode: `${exitCode}`,
      ...(this.#engine.profile.reportsExecDuration ? { execDuration: `${ranNs / NS_PER_SECOND}` } : {}),
    });
    this.#engine.publishNetwork(this, "disconnect");
    const listeners = this.#exitListeners;
    this.#exitListeners = [];
    for (const listener of listeners) listener();
    if (this.spec.autoRemove === true && !options.stays) this.#destroy();
  }

  #isRestartedBy(exitCode: number): boolean {
    const policy = this.spec.restartPolicy;
    if (policy === undefined || this.#isManuallyStopped) return false;
    const retries = policy.maximumRetryCount ?? 0;
    if (policy.name === "on-failure") return exitCode !== 0 && (retries === 0 || this.#restartCount < retries);
    return policy.name !== "no";
  }

  #destroy(): void {
    this.#state = { status: "removing", ending: endingOf(this.#state) };
    this.#engine.remove(this);
    this.#engine.publish(this, "destroy");
  }
}
