/**
 * Reads one container's log for as long as it exists: each line once, in the source's order, through pauses, restarts of
 * the container, the engine and the agent, and rotations. What really is lost is told as a loss.
 *
 * It works by one idea: the *place* (the last lines taken) is all that is remembered. Every reading begins before it,
 * discards up to and including it, and takes what follows. Whenever a follow cannot be trusted, what is stored is read
 * from the place, which makes good whatever the follow repeated or skipped.
 *
 * One file, because it is one state machine: each method is a transition, and none makes sense without the others.
 */
import type { FileCursorHint, LogCursor } from "@yardarm/protocol/log/cursor";
import type { LossReason } from "@yardarm/protocol/log/loss";
import type { ContainerRun } from "./container-run.ts";
import { FIRST_CONTACT_MESSAGES, FirstContact } from "./first-contact.ts";
import { LineJoiner, type LineSink } from "./line-joiner.ts";
import { LineTail, stampNs } from "./line-tail.ts";
import type { LogContainer, LogEnd, LogSource, LogSources, MessageReader, OpenLog, ReadFrom } from "./log-source.ts";
import { type Loss, PendingLoss } from "./pending-loss.ts";
import { beginningOf, extentOf, type ReadingPlan, seeksPlace } from "./reading-plan.ts";
import { type LineRedaction, redacted } from "./redaction.ts";
import { RESUME_MARGIN_S, ResumeMatcher } from "./resume.ts";
import { RecentStamps, rotationBytes, STORED_OVERHEAD_BYTES } from "./rotation.ts";

/** A pause that lasts longer closes the stream: the engine would skip whole files behind its back. */
export const PARK_AFTER_MS = 3_000;
/** In a log that rotates, even a short pause may have skipped something. */
const TRUSTED_PAUSE_MS = 250;
/** Opening waits for one of few slots; a search that takes longer gives its slot back. */
const SLOT_MS = 5_000;
const RETRY_FIRST_MS = 100;
const RETRY_LIMIT_MS = 10_000;
/** So often the engine may fail at the same place before that place is given up. */
const FAULTS_AT_PLACE = 3;
/** A place that is found by searching everything, and then again not from its stamp, is given up after so many rounds. */
const SEARCHES_FOR_PLACE = 3;
/** An engine that dies ends a reading as if it were complete, so one search in vain proves nothing. */
const VAIN_SEARCHES = 2;
const MARGIN_NS = BigInt(RESUME_MARGIN_S) * 1_000_000_000n;
/** A line that was stamped this much before the last one taken may have been written behind it, and be missing. */
const OVERTAKEN_NS = 250_000_000n;

export type ReaderReport =
  /** `reason`: why a better source is not used. */
  | { readonly kind: "reading"; readonly source: LogSource["kind"]; readonly reason: string | null }
  | { readonly kind: "stopped" }
  | { readonly kind: "unreadable"; readonly reason: string }
  | { readonly kind: "gone" };

/** Who takes the lines. All calls come in order; `line` as in `LineSink`. */
export interface LineTaker extends LineSink {
  /** Lines are missing in front of the next one. */
  loss(loss: Loss): void;
  /** Everything of one read was handed over. */
  readEnd(): void;
  report(report: ReaderReport): void;
}

export type LineReaderOptions = {
  readonly sources: LogSources;
  readonly container: LogContainer;
  /** Both by this machine's clock. */
  readonly createdAtNs: bigint;
  readonly enrolledAtNs: bigint;
  readonly taker: LineTaker;
  /** Default: none. */
  readonly redaction?: LineRedaction | null;
  /** Rejects with a `ProtocolError` while the engine cannot say. */
  inspect(): Promise<ContainerRun>;
  /** Resolves with the function that gives the slot back. */
  acquireSlot(): Promise<() => void>;
  readonly clock: {
    nowNs(): bigint;
    monotonicMs(): number;
    setTimer(delayMs: number, callback: () => void): () => void;
  };
  /** From 0 up to, but without, 1. */
  random(): number;
};

type Phase =
  | { readonly kind: "idle" | "opening" | "parked" | "inspecting" | "stopped" | "unreadable" | "gone" | "closed" }
  | { readonly kind: "reading"; readonly log: OpenLog; readonly plan: ReadingPlan }
  | { readonly kind: "waiting"; readonly cancel: () => void };

export class LineReader implements MessageReader, LineSink {
  // fixed
  readonly #options: LineReaderOptions;
  readonly #joiner: LineJoiner;
  readonly #rotatesAtBytes: number | null;
  readonly #pendingLoss: PendingLoss;
  // state: how we read
  #source: LogSource | null = null;
  /** Only of a follow that rotation may confuse. */
  #recent: RecentStamps | null = null;
  // state: where we are
  #phase: Phase = { kind: "idle" };
  #plan: ReadingPlan = { kind: "follow" };
  #place = new LineTail();
  /** Where a source stood behind the place. */
  #hint: FileCursorHint | null = null;
  /** The place that was given up, until a line behind the loss is taken. */
  #lostPlace = new LineTail();
  /** Of the reading before, until this one has found its place. */
  #openLineBeforeNs: bigint | undefined;
  #seek: ResumeMatcher | null = null;
  #firstContact: FirstContact | null = null;
  // state: what happened in this reading
  #probed = { messages: 0, firstNs: 0n };
  /** Something older than the line that was open at the place, so that its head was read as well. */
  #hasReadOlder = false;
  #storedBytes = 0;
  #isAtEnd = false;
  #releaseSlot: () => void = () => {};
  // state: across readings
  #failures = 0;
  #faultsAtPlace = 0;
  #missedPlaces = 0;
  #vainSearches = 0;
  #hasEqualStamps = false;
  /** Lines were taken since the last verification began. */
  #hasProgress = false;
  #wasStarted = false;
  #opening = 0;
  #pausedAtMs: number | null = null;
  #cancelPark: () => void = () => {};

  constructor(options: LineReaderOptions) {
    const { container } = options;
    this.#options = options;
    this.#joiner = new LineJoiner(redacted(options.redaction ?? null, this));
    this.#pendingLoss = new PendingLoss({
      line: (...line) => this.#take(...line),
      loss: (loss) => options.taker.loss(loss),
    });
    this.#rotatesAtBytes = rotationBytes(container.logDriver, container.logOptions);
  }

  /** Begins, or begins again, at a cursor; `null`: nothing was ever taken. */
  start(cursor: LogCursor | null): void {
    if (this.#phase.kind === "closed") return;
    this.#leaveReading();
    this.#place = LineTail.of(cursor);
    this.#hint = cursor?.hint ?? null;
    this.#openLineBeforeNs = cursor?.openLineSinceNs === undefined ? undefined : BigInt(cursor.openLineSinceNs);
    this.#pendingLoss.clear();
    this.#recent?.clear();
    this.#faultsAtPlace = 0;
    this.#missedPlaces = 0;
    this.#vainSearches = 0;
    this.#failures = 0;
    this.#plan = this.#firstPlan();
    this.#open();
  }

  /** Where reading goes on if it began anew behind the lines taken so far, which `nextSeq` lines precede. */
  cursor(nextSeq: number): LogCursor {
    const place = this.#place.isEmpty ? this.#lostPlace : this.#place;
    const joined = this.#joiner.openLineSinceNs;
    const before = this.#openLineBeforeNs;
    const openLineSinceNs = earliest(joined, before);
    const hint = this.#currentHint;
    return {
      nextSeq,
      tsNs: String(place.isEmpty ? 0n : stampNs(place.lastSeconds, place.lastNanos)),
      ordinal: place.ordinal,
      tail: place.toCursorLines(),
      ...(openLineSinceNs === undefined ? {} : { openLineSinceNs: String(openLineSinceNs) }),
      ...(hint === null ? {} : { hint }),
    };
  }

  /** Stamp of the line taken last, ns since the epoch; `null` before the first. */
  get lastTakenNs(): bigint | null {
    return this.#place.isEmpty ? null : stampNs(this.#place.lastSeconds, this.#place.lastNanos);
  }

  /** True while lines may still come without anything happening to the container. */
  get isReading(): boolean {
    return !["stopped", "unreadable", "gone", "closed"].includes(this.#phase.kind);
  }

  /** Stops taking lines soon; at most one more read arrives. */
  pause(): void {
    if (this.#pausedAtMs !== null) return;
    const { clock } = this.#options;
    this.#pausedAtMs = clock.monotonicMs();
    if (this.#phase.kind !== "reading") return;
    this.#phase.log.pause();
    this.#cancelPark = clock.setTimer(PARK_AFTER_MS, () => this.#park());
  }

  /** As `pause`, and gives its stream up at once: another log is read instead. */
  park(): void {
    this.pause();
    this.#cancelPark();
    this.#park();
  }

  resume(): void {
    if (this.#pausedAtMs === null) return;
    const pausedMs = this.#options.clock.monotonicMs() - this.#pausedAtMs;
    this.#pausedAtMs = null;
    this.#cancelPark();
    if (this.#phase.kind === "parked") this.#open();
    else if (this.#phase.kind === "reading") {
      if (this.#recent !== null && this.#phase.plan.kind === "follow" && pausedMs > TRUSTED_PAUSE_MS) {
        this.#readAgain({ kind: "verify" });
      } else this.#phase.log.resume();
    }
  }

  /** The container was started: a log that had ended goes on. */
  containerStarted(): void {
    this.#wasStarted = true;
    if (this.#phase.kind === "stopped") this.#readAgain({ kind: "follow" });
    else if (this.#phase.kind === "waiting") {
      this.#phase.cancel();
      this.#open();
    }
  }

  /** The container has stopped: what there is comes, and then the end. */
  containerStopped(): void {
    if (this.#phase.kind === "reading") this.#phase.log.containerStopped();
  }

  /** The machine's clock was set back: an engine asked for lines since a later time would keep the new ones to itself. */
  clockSetBack(): void {
    if (this.#phase.kind === "reading" && !this.#place.isEmpty) this.#readAgain(this.#firstPlan());
  }

  close(): void {
    this.#leaveReading();
    this.#cancelPark();
    this.#phase = { kind: "closed" };
  }

  // From the source.

  message(stream: 0 | 1, tsSeconds: number, tsNanos: number, payload: Uint8Array, start: number, end: number): void {
    if (this.#phase.kind === "reading" && this.#phase.plan.kind === "probe") {
      if (this.#probed.messages++ === 0) this.#probed.firstNs = stampNs(tsSeconds, tsNanos);
    } else {
      const openNs = this.#openLineBeforeNs;
      if (openNs !== undefined) this.#hasReadOlder ||= stampNs(tsSeconds, tsNanos) < openNs;
      this.#joiner.push(stream, tsSeconds, tsNanos, payload, start, end);
    }
  }

  missing(reason: LossReason, lines: number | null): void {
    if (this.#phase.kind !== "reading") return;
    const { kind } = this.#phase.plan;
    // What is missing before the place was told when it was passed, and a first contact tells it by itself.
    if (this.#seek !== null || this.#isAtEnd || kind === "probe" || kind === "history") return;
    // What is open had its end in what is missing.
    if (reason !== "source_error") this.#joiner.end();
    this.#settleLoss();
    this.#pendingLoss.add(reason, this.#missingFromNs, lines);
  }

  readEnd(): void {
    if (this.#phase.kind !== "reading" || this.#seek !== null) return;
    // Nobody knows when a follow goes on; what is stored comes to its end.
    if (extentOf(this.#phase.plan) === "follow") this.#settleLoss();
    this.#options.taker.readEnd();
    // A `local` log skips without a sign: around each rotation that is expected, the record is read.
    const isDue =
      this.#options.container.logDriver === "local" && this.#storedBytes >= (this.#rotatesAtBytes ?? Infinity);
    if (isDue && this.#phase.plan.kind === "follow") this.#readAgain({ kind: "verify" });
  }

  ended(end: LogEnd): void {
    if (this.#phase.kind !== "reading") return;
    const { plan } = this.#phase;
    switch (end.kind) {
      case "complete":
        this.#completed(plan);
        return;
      case "broken":
        this.#retry();
        return;
      case "faulty":
        this.#faulted();
        return;
      case "gone":
        this.#endLines();
        this.#rest("gone");
        return;
      case "unreadable":
        this.#leaveReading();
        this.#phase = { kind: "unreadable" };
        this.#options.taker.report(end);
    }
  }

  // From the joiner.

  line(
    flags: number,
    tsSeconds: number,
    tsNanos: number,
    text: Uint8Array,
    start: number,
    end: number,
    originalLength: number,
  ): void {
    if (this.#phase.kind !== "reading") return;
    if (this.#seek !== null) {
      const verdict = this.#seek.judge(tsSeconds, tsNanos, text, start, end);
      this.#recent?.take(tsSeconds, tsNanos);
      if (verdict === "found") this.#found();
      else if (verdict !== "before" && this.#phase.plan.kind !== "search") {
        this.#placeMissing(this.#phase.plan, this.#seek);
      }
      return;
    }
    if (this.#isAtEnd) return;
    if (this.#firstContact !== null) {
      this.#firstContact.line(flags, tsSeconds, tsNanos, text, start, end, originalLength);
      return;
    }
    if (this.#phase.plan.kind === "follow" && this.#isRepeat(tsSeconds, tsNanos)) {
      // A log that rotates faster than it can be read must not be opened in a tight circle.
      if (this.#hasProgress) this.#readAgain({ kind: "verify" });
      else this.#retry();
      return;
    }
    this.#take(flags, tsSeconds, tsNanos, text, start, end, originalLength);
  }

  #take(
    flags: number,
    tsSeconds: number,
    tsNanos: number,
    text: Uint8Array,
    start: number,
    end: number,
    originalLength: number,
  ): void {
    const { taker } = this.#options;
    const place = this.#place;
    if (this.#pendingLoss.holds(flags, tsSeconds, tsNanos, text, start, end, originalLength)) return;
    taker.line(flags, tsSeconds, tsNanos, text, start, end, originalLength);
    place.take(tsSeconds, tsNanos, text, start, end);
    this.#failures = 0;
    this.#faultsAtPlace = 0;
    this.#missedPlaces = 0;
    this.#vainSearches = 0;
    if (this.#recent === null) return;
    this.#hasProgress = true;
    if (place.ordinal > 0) this.#hasEqualStamps = true;
    this.#recent.take(tsSeconds, tsNanos);
    this.#storedBytes += end - start + STORED_OVERHEAD_BYTES;
  }

  /** In a stored reading lines of equal stamps are what they seem; where a log has such, they announce nothing. */
  #isRepeat(tsSeconds: number, tsNanos: number): boolean {
    if (this.#recent === null) return false;
    const place = this.#place;
    const isSameStamp = !place.isEmpty && place.lastSeconds === tsSeconds && place.lastNanos === tsNanos;
    return isSameStamp ? !this.#hasEqualStamps : this.#recent.isRepeat(tsSeconds, tsNanos);
  }

  #found(): void {
    // Found by its stamp alone, the place reads differently now: from here on it is what was read.
    if (this.#seek !== null && !this.#seek.read.endsLike(this.#place)) this.#place = this.#seek.read;
    this.#seek = null;
    const openNs = this.#openLineBeforeNs;
    this.#openLineBeforeNs = undefined;
    // What is left of a line whose head was rotated away would look like a line. An engine that is asked gives nothing older.
    const mayLackHead = this.#rotatesAtBytes !== null && this.#source?.followsRotation === true;
    if (openNs !== undefined && mayLackHead && !this.#hasReadOlder) this.#pendingLoss.add("rotated", openNs, null);
    this.#failures = 0;
    this.#releaseSlot();
  }

  /** The source has delivered all it has for `plan`. */
  #completed(plan: ReadingPlan): void {
    if (this.#seek !== null) {
      // The place may be a line that only the end of the log ends.
      this.#isAtEnd = plan.kind !== "finish";
      this.#joiner.end();
      if (this.#phase.kind !== "reading") return;
    }
    if (this.#seek !== null) this.#placeMissing(plan, this.#seek);
    else this.#planAfter(plan);
  }

  #planAfter(plan: ReadingPlan): void {
    this.#settleLoss();
    switch (plan.kind) {
      case "probe": {
        const { messages, firstNs } = this.#probed;
        const isWindow = messages >= FIRST_CONTACT_MESSAGES && firstNs < this.#options.enrolledAtNs;
        this.#readAgain(messages === 0 ? { kind: "follow" } : { kind: "history", isWindow });
        return;
      }
      case "history":
        this.#firstContact?.release();
        this.#options.taker.readEnd();
        this.#readAgain({ kind: "follow" });
        return;
      case "verify":
      case "search":
      case "salvage":
        this.#readAgain({ kind: "follow" });
        return;
      case "finish":
        if (!this.#wasStarted) {
          this.#endLines();
          this.#rest("stopped");
        } else this.#readAgain({ kind: "follow" });
        return;
      case "follow":
      case "live":
        void this.#askWhyItEnded();
    }
  }

  #placeMissing(plan: ReadingPlan, seek: ResumeMatcher): void {
    if (this.#hint !== null) {
      // It may have led astray.
      this.#leaveReading();
      this.#hint = null;
      this.#readAgain(plan);
      return;
    }
    this.#missedPlaces++;
    if (plan.kind !== "search" && this.#missedPlaces <= SEARCHES_FOR_PLACE) {
      this.#readAgain({ kind: "search", match: "exact" });
    } else if (plan.kind === "search" && plan.match === "exact" && seek.sawStamp)
      this.#readAgain({ kind: "search", match: "stamp" });
    else if (++this.#vainSearches < VAIN_SEARCHES) this.#retry({ kind: "search", match: "exact" });
    else this.#losePlace("rotated", { kind: "salvage" });
  }

  #losePlace(reason: LossReason, plan: ReadingPlan): void {
    const fromNs = this.#missingFromNs;
    this.#leaveReading();
    if (!this.#place.isEmpty) this.#lostPlace = this.#place;
    this.#place = new LineTail();
    this.#hint = null;
    this.#openLineBeforeNs = undefined;
    this.#pendingLoss.add(reason, fromNs, null);
    this.#readAgain(plan);
  }

  /** A follow ends when the container stops, and also when the engine does. */
  async #askWhyItEnded(): Promise<void> {
    this.#leaveReading();
    const inspecting: Phase = { kind: "inspecting" };
    this.#phase = inspecting;
    this.#wasStarted = false;
    const run = await this.#options.inspect().catch(() => "unknown" as const);
    if (this.#phase !== inspecting) return;
    this.#plan = { kind: run === "stopped" && !this.#wasStarted ? "finish" : "follow" };
    if (run === "gone") this.#rest("gone");
    else if (this.#plan.kind === "finish") this.#open();
    else this.#retry();
  }

  /** The engine could not read on. Where it cannot at all, what it has stored is given up. */
  #faulted(): void {
    this.#faultsAtPlace++;
    if (this.#faultsAtPlace < FAULTS_AT_PLACE) this.#retry();
    else {
      this.#faultsAtPlace = 0;
      this.#losePlace("source_error", { kind: "live" });
    }
  }

  #retry(plan?: ReadingPlan): void {
    const { clock, random } = this.#options;
    this.#leaveReading();
    if (plan !== undefined) this.#plan = plan;
    else if (this.#plan.kind !== "finish" && this.#plan.kind !== "live") this.#plan = this.#firstPlan();
    const ceilingMs = Math.min(RETRY_LIMIT_MS, RETRY_FIRST_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 16);
    const cancel = clock.setTimer(Math.round(ceilingMs * (0.5 + random() / 2)), () => this.#open());
    this.#phase = { kind: "waiting", cancel };
  }

  #firstPlan(): ReadingPlan {
    const { createdAtNs, enrolledAtNs } = this.#options;
    // A follow waits for what is written; only a reading that ends shows that the place is not there any more.
    if (!this.#place.isEmpty) {
      const { source } = this.#options.sources.choose(this.#options.container);
      return { kind: source.followsRotation || this.#rotatesAtBytes !== null ? "verify" : "follow" };
    }
    return { kind: createdAtNs < enrolledAtNs && this.#pendingLoss.isEmpty ? "probe" : "follow" };
  }

  #readAgain(plan: ReadingPlan): void {
    this.#leaveReading();
    this.#plan = plan;
    this.#open();
  }

  #open(): void {
    if (this.#pausedAtMs !== null) {
      this.#phase = { kind: "parked" };
      return;
    }
    this.#phase = { kind: "opening" };
    const opening = ++this.#opening;
    void this.#options.acquireSlot().then((release) => {
      if (this.#phase.kind !== "opening" || opening !== this.#opening) release();
      else if (this.#pausedAtMs !== null) {
        release();
        this.#phase = { kind: "parked" };
      } else this.#beginReading(release);
    });
  }

  #beginReading(release: () => void): void {
    const { sources, container, clock, taker } = this.#options;
    const { source, reason } = sources.choose(container);
    this.#use(source);
    const plan = this.#plan;
    const cancelSlotTimer = clock.setTimer(SLOT_MS, release);
    this.#releaseSlot = () => {
      cancelSlotTimer();
      release();
      this.#releaseSlot = () => {};
    };
    this.#joiner.reset();
    this.#storedBytes = 0;
    if (plan.kind === "verify") this.#hasProgress = false;
    this.#isAtEnd = false;
    this.#wasStarted = false;
    this.#probed = { messages: 0, firstNs: 0n };
    this.#hasReadOlder = false;
    const match = plan.kind === "search" ? plan.match : "exact";
    this.#seek = seeksPlace(plan) && !this.#place.isEmpty ? new ResumeMatcher(this.#place, match) : null;
    this.#firstContact = plan.kind === "history" ? this.#makeFirstContact(plan.isWindow) : null;
    if (this.#seek === null) this.#openLineBeforeNs = undefined;
    const from = beginningOf(plan, this.#placeToRead(), FIRST_CONTACT_MESSAGES);
    const log = source.open({ container, from, extent: extentOf(plan) }, this);
    this.#phase = { kind: "reading", log, plan };
    taker.report({ kind: "reading", source: source.kind, reason });
    if (this.#seek === null) this.#releaseSlot();
  }

  /** Places mean the same in every source; what was learned of a follow's rotations does not. */
  #use(source: LogSource): void {
    if (source === this.#source) return;
    this.#recent = source.followsRotation || this.#rotatesAtBytes === null ? null : new RecentStamps();
    // Another source's follow has not been verified yet.
    if (this.#source !== null && this.#recent !== null && this.#plan.kind === "follow" && !this.#place.isEmpty) {
      this.#plan = { kind: "verify" };
    }
    this.#source = source;
  }

  #placeToRead(): ReadFrom {
    if (this.#place.isEmpty) return { kind: "beginning" };
    const placeNs = stampNs(this.#place.lastSeconds, this.#place.lastNanos);
    const oldestNs = earlier(placeNs, this.#openLineBeforeNs ?? placeNs);
    // After the machine's clock was set back, newer lines carry older stamps.
    const tsNs = earlier(oldestNs, this.#options.clock.nowNs()) - MARGIN_NS;
    if (this.#hint === null) return { kind: "since", tsNs };
    return { kind: "since", tsNs, hint: { place: this.#hint, lastNs: oldestNs } };
  }

  /** Where the source stands behind the place, if it does: while it looks for the place it stands somewhere else. */
  get #currentHint(): FileCursorHint | null {
    if (this.#place.isEmpty) return null;
    if (this.#phase.kind !== "reading" || this.#seek !== null || this.#isAtEnd) return this.#hint;
    return this.#phase.log.position();
  }

  /** No line that is missing behind the last one taken is older. */
  get #missingFromNs(): bigint {
    const takenNs = this.lastTakenNs;
    if (takenNs === null) return this.#options.createdAtNs;
    // A reading that looks for the place has joined lines of its own.
    const joinedNs = this.#seek === null ? this.#joiner.openLineSinceNs : undefined;
    const openNs = earliest(joinedNs, this.#openLineBeforeNs);
    return earlier(takenNs - OVERTAKEN_NS, openNs ?? takenNs);
  }

  /** No further line is waited for. */
  #settleLoss(): void {
    if (!this.#pendingLoss.isEmpty) this.#pendingLoss.settle(this.#options.clock.nowNs());
  }

  #makeFirstContact(isWindow: boolean): FirstContact {
    const { taker, createdAtNs, enrolledAtNs } = this.#options;
    return new FirstContact({
      enrolledAtNs,
      isWindow,
      sink: { line: (...line) => this.#take(...line) },
      onOlder: (lines, toNs) => {
        taker.loss({ reason: "before_enrollment", fromNs: earlier(createdAtNs, toNs), toNs, lines });
      },
    });
  }

  /** Unfinished lines will never be finished. */
  #endLines(): void {
    if (this.#seek !== null || this.#phase.kind !== "reading") return;
    this.#joiner.end();
    this.#settleLoss();
    this.#options.taker.readEnd();
  }

  #rest(kind: "stopped" | "gone"): void {
    this.#leaveReading();
    this.#phase = { kind };
    this.#options.taker.report({ kind });
  }

  #park(): void {
    if (this.#phase.kind !== "reading") return;
    if (this.#phase.plan.kind !== "finish") this.#plan = this.#firstPlan();
    this.#leaveReading();
    this.#phase = { kind: "parked" };
  }

  /** Ends the reading, if there is one, and remembers where its unfinished lines began. */
  #leaveReading(): void {
    if (this.#phase.kind === "waiting") this.#phase.cancel();
    if (this.#phase.kind !== "reading") return;
    this.#hint = this.#currentHint;
    this.#pendingLoss.forgetLine();
    this.#phase.log.close();
    this.#releaseSlot();
    // It may have ended in the middle of a read.
    if (this.#seek === null) this.#options.taker.readEnd();
    const joined = this.#joiner.openLineSinceNs;
    this.#openLineBeforeNs = earliest(joined, this.#openLineBeforeNs);
    this.#joiner.reset();
    this.#seek = null;
    this.#firstContact = null;
    this.#phase = { kind: "opening" };
  }
}

const earlier = (left: bigint, right: bigint): bigint => {
  if (left < right) return left;
  return right;
};

const earliest = (left: bigint | undefined, right: bigint | undefined): bigint | undefined =>
  left === undefined || right === undefined ? (left ?? right) : earlier(left, right);
