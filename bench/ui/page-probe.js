// @ts-nocheck -- runs in the page, whose types the Node packages do not have
/**
 * Runs in the page before anything else: counts frames and long tasks, and notes how old a line is in the task after the frame
 * that shows it. Lines begin with `<15 digits of µs> <10 digits of number>`, see `docker/log-writer.ts`.
 */
(() => {
  const LINE = /^(\d{15}) (\d{10}) /;
  const probe = { frames: 0, longTasks: [], agesUs: [], interactiveMs: null, last: -1, maxFrameMs: 0 };
  let isWatching = false;
  let offsetUs = 0;
  let lastFrameMs = 0;
  const nowUs = () => performance.now() * 1_000 - offsetUs;

  /** From the newest row upwards: what was not there before is new on screen. */
  const look = () => {
    const rows = document.querySelectorAll('[role="log"] [data-seq] .yd-text');
    const atUs = nowUs();
    const before = probe.last;
    for (let index = rows.length - 1; index >= 0; index--) {
      const found = LINE.exec(rows[index].textContent);
      if (found === null) continue;
      const number = Number(found[2]);
      if (number <= before) break;
      probe.last = Math.max(probe.last, number);
      probe.agesUs.push(atUs - Number(found[1]));
    }
  };
  const channel = new MessageChannel();
  channel.port1.onmessage = look;
  const frame = (atMs) => {
    probe.frames += 1;
    if (lastFrameMs > 0) probe.maxFrameMs = Math.max(probe.maxFrameMs, atMs - lastFrameMs);
    lastFrameMs = atMs;
    if (probe.interactiveMs === null && document.querySelectorAll('[role="log"] [data-seq]').length > 1) {
      probe.interactiveMs = performance.now();
    }
    // The task after this frame was handed to be drawn.
    if (isWatching) channel.port2.postMessage(null);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) probe.longTasks.push(duration);
  });
  observer.observe({ type: "longtask" });
  globalThis.burstProbe = {
    /** Begins a new measurement; `offset` is the page's clock minus that of the lines, µs. */
    reset: (watches, offset) => {
      isWatching = watches;
      offsetUs = offset;
      Object.assign(probe, { frames: 0, longTasks: [], last: -1, maxFrameMs: 0 });
      // What belongs to the time before: a frame that has begun, tasks that are not told of yet, what is on screen.
      lastFrameMs = 0;
      observer.takeRecords();
      look();
      probe.agesUs = [];
    },
    read: () => probe,
  };
})();
