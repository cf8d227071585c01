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
import { FIRST_CONTACT_MESSAGES, type FirstContact, firstContactOf } from "./first-contact.ts";
import { FollowTrust } from "./follow-trust.ts";
import { LineJoiner, type LineSink, type TakeLine } from "./line-joiner.ts";
import { stampNs } from "./line-tail.ts";
import type { LineReaderOptions } from "./line-taker.ts";
import { LogBeginning } from "./log-beginning.ts";
import type { LogEnd, LogSource, MessageReader, ReadFrom } from "../log-source.ts";
import { askNewestStamp } from "./newest-stamp.ts";
import { OpeningSlot } from "./opening-slot.ts";
import { Patience } from "./patience.ts";
import { PendingLoss } from "./pending-loss.ts";
import type { ReadingPhase } from "./reading-phase.ts";
import { earliest, OVERTAKEN_MS, ReadingPlace } from "./reading-place.ts";
import { beginningOf, extentOf, type ReadingPlan, seeksPlace } from "./reading-plan.ts";
import { redacted } from "../redaction.ts";
import { ResumeMatcher } from "./resume.ts";
import { compressesFiles, rotationBytes } from "./rotation.ts";
import { nothingSeen } from "./seen-in-reading.ts";
import { SilenceWatch } from "./silence-watch.ts";
import { StampOrder } from "./stamp-order.ts";

/** A pause that lasts longer closes the stream: the engine would skip whole files behind its back. */
const PARK_AFTER_MS = 3_000;
/** In a log that rotates, even a short pause may have skipped something. */
const TRUSTED_PAUSE_MS = 250;
/** A place that was taken a moment ago is among the last messages; they are found without reading what is before them. */
const NEAR_MESSAGES = 1_000;

export class LineReader implements MessageReader, LineSink {
  // fixed
  readonly #options: LineReaderOptions;
  readonly #joiner: LineJoiner;
  readonly #rotatesAtBytes: number | null;
  readonly #pendingLoss: PendingLoss;
  readonly #beginning: LogBeginning;
  readonly #slot: OpeningSlot;
  // state: how we read
  #source: LogSource | null = null;
  /** Only of a follow that rotation may confuse. */
  #trust: FollowTrust | null = null;
  readonly #silence: SilenceWatch;
  // state: where we are
  #phase: ReadingPhase = { kind: "idle" };
  #plan: ReadingPlan = { kind: "follow" };
  readonly #place = new ReadingPlace();
  readonly #order = new StampOrder();
  #seek: ResumeMatcher | null = null;
  #firstContact: FirstContact | null = null;
  // state: what happened in this reading
  #seen = nothingSeen();
  /** It begins, or is to begin, shortly before the place, wherever in the log that is. */
  #isNear = false;
  #cancelQuestion: () => void = () => {};
  // state: across readings
  readonly #patience = new Patience();
  /** Lines of the search that found the place last. */
  #linesSearched = 0;
  #wasStarted = false;
  #pausedAtMs: number | null = null;
  #cancelPark: () => void = () => {};

  constructor(options: LineReaderOptions) {
    const { container } = options;
    this.#options = options;
    this.#joiner = new LineJoiner(redacted(options.redaction ?? null, this));
    this.#pendingLoss = new PendingLoss({
      line: this.#take,
      loss: (loss) => options.taker.loss(loss),
    });
    this.#rotatesAtBytes = rotationBytes(container.logDriver, container.logOptions);
    this.#beginning = new LogBeginning(options);
    this.#slot = new OpeningSlot(options.acquireSlot, options.clock.setTimer);
    this.#silence = new SilenceWatch(options.clock, () => this.#fellSilent());
  }

  /** Begins, or begins again, at a cursor; `null`: nothing was ever taken. */
  start(cursor: LogCursor | null): void {
    if (this.#phase.kind === "closed") return;
    this.#leaveReading();
    this.#place.startAt(cursor);
    this.#pendingLoss.clear();
    this.#trust?.forgetLines();
    this.#order.forget();
    this.#isNear = false;
    this.#patience.reset();
    this.#plan = this.#firstPlan();
    this.#open();
  }

  /** Where reading goes on if it began anew behind the lines taken so far, which `nextSeq` lines precede. */
  cursor(nextSeq: number): LogCursor {
    const cursor = this.#place.cursor(nextSeq, this.#joiner.openLineSinceNs, this.#currentHint);
    return this.#phase.kind === "gone" ? { ...cursor, ended: true } : cursor;
  }

  /** Stamp of the line taken last, ns since the epoch; `null` before the first. */
  get lastTakenNs(): bigint | null {
    return this.#place.lastNs;
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
    this.#silence.stop();
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
      if (this.#trust !== null && this.#phase.plan.kind === "follow" && pausedMs > TRUSTED_PAUSE_MS) {
        this.#verify();
      } else {
        this.#phase.log.resume();
        this.#listen();
      }
    }
  }

  /** The container was started: a log that had ended goes on. */
  containerStarted(): void {
    this.#wasStarted = true;
    if (this.#phase.kind === "stopped") this.#readAgain(this.#place.isEmpty ? this.#firstPlan() : { kind: "follow" });
    else if (this.#phase.kind === "reading") this.#chooseAgain();
    else if (this.#phase.kind === "waiting") {
      this.#phase.cancel();
      this.#open();
    }
  }

  /** A log has no files before its container was started for the first time; it was begun with another source then. */
  #chooseAgain(): void {
    const { sources, container } = this.#options;
    if (sources.choose(container).source !== this.#source) this.#readAgain(this.#firstPlan());
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
    const plan = this.#phase.kind === "reading" ? this.#phase.plan.kind : null;
    if (plan === "probe" || plan === "gauge") {
      this.#beginning.look(stampNs(tsSeconds, tsNanos), end - start);
      if (plan === "gauge" && this.#beginning.isFull) this.#losePlace("rotated", { kind: "follow" });
    } else {
      if (!this.#seen.hasMessages && !this.#isWorthReading(tsSeconds, tsNanos)) return;
      this.#seen.hasMessages = true;
      const openNs = this.#place.openLineNs;
      if (openNs !== undefined) this.#seen.hasReadOlder ||= this.#order.isBefore(openNs, stampNs(tsSeconds, tsNanos));
      this.#joiner.push(stream, tsSeconds, tsNanos, payload, start, end);
    }
  }

  missing(reason: LossReason, lines: number | null): void {
    if (this.#phase.kind !== "reading") return;
    const { kind } = this.#phase.plan;
    // What is missing before the place was told when it was passed, and a first contact tells it by itself.
    if (this.#seek !== null || this.#seen.isAtEnd || kind === "probe" || kind === "gauge" || kind === "history") return;
    // What is open had its end in what is missing.
    if (reason !== "source_error") this.#joiner.end();
    this.#settleLoss();
    this.#pendingLoss.add(reason, this.#missingFromNs, lines);
  }

  readEnd(): void {
    if (this.#phase.kind !== "reading") return;
    this.#listen();
    if (this.#seek !== null) return;
    // Nobody knows when a follow goes on; what is stored comes to its end.
    if (extentOf(this.#phase.plan) === "follow") this.#settleLoss();
    this.#options.taker.readEnd();
  }

  ended(end: LogEnd): void {
    if (this.#phase.kind !== "reading") return;
    const { plan } = this.#phase;
    if (end.kind === "complete") this.#completed(plan);
    else if (end.kind === "broken") this.#retry();
    else if (end.kind === "faulty") this.#faulted();
    else if (end.kind === "gone") this.#goneUnread(plan);
    else {
      this.#leaveReading();
      this.#phase = { kind: "unreadable" };
      this.#options.taker.report(end);
    }
  }

  // From the joiner.

  readonly line: TakeLine = (flags, tsSeconds, tsNanos, text, start, end, originalLength) => {
    if (this.#phase.kind !== "reading") return;
    this.#seen.linesRead++;
    if (this.#seek !== null) {
      const verdict = this.#seek.judge(tsSeconds, tsNanos, text, start, end);
      this.#trust?.pass(tsSeconds, tsNanos, end - start);
      if (verdict === "found") this.#found(this.#phase.plan);
      else if (verdict !== "before") {
        this.#seen.hasReadNewer = true;
        if (!this.#mayComeLater(this.#phase.plan)) this.#placeMissing(this.#phase.plan, this.#seek);
      }
      return;
    }
    if (this.#seen.isAtEnd) return;
    if (this.#firstContact !== null) {
      this.#firstContact.line(flags, tsSeconds, tsNanos, text, start, end, originalLength);
      return;
    }
    if (this.#trust !== null && this.#phase.plan.kind === "follow") {
      const verdict = this.#trust.judge(this.#place.tail, tsSeconds, tsNanos);
      if (verdict === "verify") this.#verify();
      else if (verdict === "wait") this.#retry();
      if (verdict !== "next") return;
    }
    this.#take(flags, tsSeconds, tsNanos, text, start, end, originalLength);
  };

  readonly #take: TakeLine = (flags, tsSeconds, tsNanos, text, start, end, originalLength) => {
    if (this.#pendingLoss.holds(flags, tsSeconds, tsNanos, text, start, end, originalLength)) return;
    this.#options.taker.line(flags, tsSeconds, tsNanos, text, start, end, originalLength);
    this.#place.tail.take(tsSeconds, tsNanos, text, start, end);
    this.#order.take(tsSeconds);
    this.#patience.reset();
    this.#trust?.take(this.#place.tail, end - start);
  };

  #found({ kind }: ReadingPlan): void {
    if (this.#seek !== null) this.#place.found(this.#seek.read);
    // The last messages alone do not show what stands before them.
    if (kind === "search" || !this.#isNear) this.#order.found(this.#seen.hasReadNewer);
    const openNs = this.#place.openLineNs;
    // What is left of a line whose head was rotated away would look like a line.
    if (openNs !== undefined && this.#rotatesAtBytes !== null && !this.#seen.hasReadOlder) {
      // An engine that is asked by stamp gives nothing older anyway.
      if (this.#source?.followsRotation !== true && kind !== "search") {
        this.#readAgain({ kind: "search", match: "exact" });
        return;
      }
      this.#pendingLoss.add("rotated", openNs, null);
    }
    this.#seek = null;
    this.#place.openLineNs = undefined;
    this.#patience.found();
    this.#slot.release();
  }

  /** The source has delivered all it has for `plan`. */
  #completed(plan: ReadingPlan): void {
    if (this.#seek !== null) {
      // The place may be a line that only the end of the log ends.
      this.#seen.isAtEnd = plan.kind !== "finish";
      this.#joiner.end();
      if (this.#phase.kind !== "reading") return;
    }
    if (this.#seek !== null) this.#placeMissing(plan, this.#seek);
    else this.#planAfter(plan);
  }

  #planAfter(plan: ReadingPlan): void {
    this.#settleLoss();
    switch (plan.kind) {
      case "probe":
      case "gauge":
        if (plan.kind === "gauge" && this.#beginning.isDoubtful) this.#losePlace("rotated", { kind: "follow" });
        else this.#readAgain(this.#beginning.planAfter(plan));
        return;
      case "history":
        this.#firstContact?.release();
        this.#options.taker.readEnd();
        this.#readAgain({ kind: "follow" });
        return;
      case "verify":
      case "search":
      case "salvage":
        this.#verified();
        return;
      case "finish":
      case "follow":
      case "live":
        void this.#askWhyItEnded(plan);
    }
  }

  /** A doubt of the follow: what is stored behind the place settles it. */
  #verify(): void {
    this.#isNear = true;
    this.#readAgain({ kind: "verify" });
  }

  #verified(): void {
    const isRushing = this.#trust?.verified() === true;
    this.#isNear = !isRushing;
    this.#linesSearched = this.#seen.linesRead;
    this.#readAgain({ kind: isRushing ? "verify" : "follow" });
  }

  /**
   * Whether the place may still come although a line looked like one behind it. What is stored comes to its end; a follow does not, and has to find
   * the place among as many lines as it was found in a moment ago.
   */
  #mayComeLater(plan: ReadingPlan): boolean {
    if (plan.kind === "search") return true;
    if (!this.#order.isMixed) return false;
    return extentOf(plan) === "stored" || this.#seen.linesRead <= (this.#isNear ? NEAR_MESSAGES : this.#linesSearched);
  }

  /** A reading has begun with this stamp. False when another one had to be begun instead. */
  #isWorthReading(tsSeconds: number, tsNanos: number): boolean {
    if (this.#trust === null || this.#phase.kind !== "reading") return true;
    if (this.#seek === null) {
      const isFromBeginning = this.#phase.plan.kind === "follow" && this.#place.isEmpty && this.#pendingLoss.isEmpty;
      if (isFromBeginning && !this.#beginning.isFirst(stampNs(tsSeconds, tsNanos))) {
        this.#forgetPlace("rotated", this.#missingFromNs);
      }
      return true;
    }
    const aheadMs = this.#place.tail.millisecondsTo(tsSeconds, tsNanos);
    if (this.#isNear && aheadMs >= 0 && !this.#order.isMixed) {
      this.#readFurther(this.#phase.plan);
      return false;
    }
    // A file that is just being compressed is not read: there, what is missing may be there the next time.
    this.#seen.isBehindPlace = aheadMs > 0 && !compressesFiles(this.#options.container);
    if (!this.#seen.isBehindPlace || aheadMs <= OVERTAKEN_MS || !this.#order.isForward) return true;
    // The oldest line that the engine has left is newer than the place.
    this.#forgetPlace("rotated", this.#missingFromNs);
    this.#seek = null;
    this.#slot.release();
    return true;
  }

  /** The place is not among the last messages, or the hint has led astray. */
  #readFurther(plan: ReadingPlan): void {
    this.#leaveReading();
    this.#isNear = false;
    this.#place.hint = null;
    this.#readAgain(plan);
  }

  /** A follow was heard of, or begins. */
  #listen(): void {
    if (this.#trust === null || this.#phase.kind !== "reading" || this.#phase.plan.kind !== "follow") return;
    this.#silence.heard(this.#trust.silenceMs);
  }

  #fellSilent(): void {
    if (this.#source === null || this.#phase.kind !== "reading") return;
    const askedAtMs = this.#options.clock.monotonicMs();
    this.#cancelQuestion();
    this.#cancelQuestion = askNewestStamp(this.#source, this.#options.container, (newest) => {
      // What came meanwhile is asked about when it is silent again.
      if (this.#silence.heardAtMs > askedAtMs) return;
      // The line taken last, or one that has not ended yet.
      const isTaken = newest === null || newest === this.lastTakenNs || newest === this.#joiner.openLineSinceNs;
      if (!isTaken && this.#trust?.mayVerify === true) this.#verify();
      else if (this.#seek !== null) this.#listen();
      else this.#trust?.silenceIsRight();
    });
  }

  #placeMissing(plan: ReadingPlan, seek: ResumeMatcher): void {
    if (this.#isNear || this.#place.hint !== null) {
      this.#readFurther(plan);
      return;
    }
    const next = this.#patience.afterMiss(plan, { sawStamp: seek.sawStamp, isBehindPlace: this.#seen.isBehindPlace });
    if (next.kind === "read") this.#readAgain(next.plan);
    else if (next.kind === "wait") this.#retry(next.plan);
    else this.#losePlace("rotated", { kind: "salvage" });
  }

  #losePlace(reason: LossReason, plan: ReadingPlan): void {
    const fromNs = this.#missingFromNs;
    this.#leaveReading();
    this.#forgetPlace(reason, fromNs);
    this.#readAgain(plan);
  }

  /** `fromNs`: nothing that is missing is older. */
  #forgetPlace(reason: LossReason, fromNs: bigint): void {
    this.#place.lose();
    this.#pendingLoss.add(reason, fromNs, null);
  }

  /** A follow ends when the container stops, and everything stored at its end; but so does whatever an engine that dies was reading. */
  async #askWhyItEnded({ kind }: ReadingPlan): Promise<void> {
    const reading = this.#phase;
    this.#silence.stop();
    this.#place.hint = this.#currentHint;
    this.#seen.hasEnded = true;
    if (kind !== "finish") this.#wasStarted = false;
    const run = await this.#options.inspect().catch(() => "unknown" as const);
    if (this.#phase !== reading) return;
    const isDown = run === "stopped" && !this.#wasStarted;
    if (run === "gone" || (isDown && kind === "finish")) {
      // One that was stopped and removed at once was read whole, and what is open are its last words.
      this.#endLines();
      this.#rest(run);
    } else if (isDown) this.#readAgain({ kind: "finish" });
    else if (kind !== "finish") this.#retry(this.#firstPlan());
    else if (run === "unknown") this.#retry();
    else this.#readAgain({ kind: "follow" });
  }

  /** The container is gone, and with it what this reading was to read. */
  #goneUnread({ kind }: ReadingPlan): void {
    // A log that is finished was read to its end before; only a line that was open there may have had more.
    const wasReadToEnd = kind === "finish" && !this.#wasStarted && this.#place.openLineNs === undefined;
    const fromNs = this.#missingFromNs;
    if (this.#seek === null) this.#joiner.end();
    this.#seek = null;
    if (!wasReadToEnd) this.#pendingLoss.add("source_error", fromNs, null);
    this.#pendingLoss.close(this.#options.clock.nowNs());
    this.#options.taker.readEnd();
    this.#rest("gone");
  }

  /** The engine could not read on. Where it cannot at all, what it has stored is given up. */
  #faulted(): void {
    if (this.#patience.isFaultFinal()) this.#losePlace("source_error", { kind: "live" });
    else this.#retry();
  }

  #retry(plan?: ReadingPlan): void {
    const { clock, random } = this.#options;
    this.#leaveReading();
    this.#isNear = false;
    if (plan !== undefined) this.#plan = plan;
    else if (this.#plan.kind !== "finish" && this.#plan.kind !== "live") this.#plan = this.#firstPlan();
    const cancel = clock.setTimer(this.#patience.nextDelayMs(random()), () => this.#open());
    this.#phase = { kind: "waiting", cancel };
  }

  #firstPlan(): ReadingPlan {
    // A follow waits for what is written; only a reading that ends shows that the place is not there any more.
    const { source } = this.#options.sources.choose(this.#options.container);
    if (!this.#place.isEmpty) {
      const isStoredFirst = source.followsRotation || this.#rotatesAtBytes !== null || this.#order.isMixed;
      return { kind: isStoredFirst ? "verify" : "follow" };
    }
    return this.#pendingLoss.isEmpty ? this.#beginning.firstPlan(source) : { kind: "follow" };
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
    void this.#slot.take().then((isLatest) => {
      if (!isLatest) return;
      if (this.#phase.kind === "opening" && this.#pausedAtMs === null) {
        this.#beginReading();
        return;
      }
      this.#slot.release();
      if (this.#phase.kind === "opening") this.#phase = { kind: "parked" };
    });
  }

  #beginReading(): void {
    const { sources, container, taker } = this.#options;
    const { source, reason } = sources.choose(container);
    this.#use(source);
    const plan = this.#plan;
    this.#joiner.reset();
    this.#trust?.begin(plan.kind === "verify");
    this.#beginning.begin(plan);
    this.#seen = nothingSeen();
    this.#wasStarted = false;
    const match = plan.kind === "search" ? plan.match : "exact";
    this.#seek = seeksPlace(plan) && !this.#place.isEmpty ? new ResumeMatcher(this.#place.tail, match) : null;
    this.#firstContact = plan.kind === "history" ? firstContactOf(this.#options, plan.isWindow, this.#take) : null;
    if (this.#seek === null) this.#place.openLineNs = undefined;
    const isByStamp = !this.#order.isMixed || extentOf(plan) === "stored";
    this.#isNear &&=
      (this.#trust !== null || !isByStamp) && this.#seek !== null && this.#place.openLineNs === undefined;
    const from = beginningOf(plan, this.#placeToRead(isByStamp), FIRST_CONTACT_MESSAGES);
    const log = source.open({ container, from, extent: extentOf(plan) }, this);
    this.#phase = { kind: "reading", log, plan };
    this.#listen();
    taker.report({ kind: "reading", source: source.kind, reason });
    if (this.#seek === null) this.#slot.release();
  }

  /** Where the place is looked for. */
  #placeToRead(isByStamp: boolean): ReadFrom {
    if (this.#isNear) return { kind: "tail", messages: NEAR_MESSAGES };
    return isByStamp ? this.#place.readFrom(this.#options.clock.nowNs()) : { kind: "beginning" };
  }

  /** Places mean the same in every source; what was learned of a follow's rotations does not. */
  #use(source: LogSource): void {
    if (source === this.#source) return;
    const fileBytes = source.followsRotation ? null : this.#rotatesAtBytes;
    this.#trust = fileBytes === null ? null : new FollowTrust(fileBytes);
    // Another source's follow has not been verified yet.
    if (this.#source !== null && this.#trust !== null && this.#plan.kind === "follow" && !this.#place.isEmpty) {
      this.#plan = { kind: "verify" };
    }
    this.#source = source;
  }

  /** Where the source stands behind the place, if it does: while it looks for the place it stands somewhere else. */
  get #currentHint(): FileCursorHint | null {
    if (this.#place.isEmpty) return null;
    if (this.#phase.kind !== "reading" || this.#seek !== null || this.#seen.isAtEnd || this.#seen.hasEnded)
      return this.#place.hint;
    return this.#phase.log.position();
  }

  /** No line that is missing behind the last one taken is older. */
  get #missingFromNs(): bigint {
    // A reading that looks for the place has joined lines of its own.
    const joinedNs = this.#seek === null ? this.#joiner.openLineSinceNs : undefined;
    return this.#place.missingFromNs(joinedNs) ?? this.#options.createdAtNs;
  }

  /** No further line is waited for. */
  #settleLoss(): void {
    if (!this.#pendingLoss.isEmpty) this.#pendingLoss.settle(this.#options.clock.nowNs());
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
    this.#isNear = false;
    this.#leaveReading();
    this.#phase = { kind: "parked" };
  }

  /** Ends the reading, if there is one, and remembers where its unfinished lines began. */
  #leaveReading(): void {
    if (this.#phase.kind === "waiting") this.#phase.cancel();
    if (this.#phase.kind !== "reading") return;
    this.#place.hint = this.#currentHint;
    this.#pendingLoss.forgetLine();
    this.#phase.log.close();
    this.#silence.stop();
    this.#cancelQuestion();
    this.#slot.release();
    // It may have ended in the middle of a read.
    if (this.#seek === null) this.#options.taker.readEnd();
    this.#place.openLineNs = earliest(this.#joiner.openLineSinceNs, this.#place.openLineNs);
    this.#joiner.reset();
    this.#seek = null;
    this.#firstContact = null;
    this.#phase = { kind: "opening" };
  }
}
