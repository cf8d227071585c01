/** Runs `task` once after `delayMs` without keeping the process alive; the returned function cancels it. */
export const after = (delayMs: number, task: () => void): (() => void) => {
  const timer = setTimeout(task, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
};

/** Runs `task` every `intervalMs`; failures are reported and do not end it. The returned function stops it. */
export const every = (
  intervalMs: number,
  task: () => void | Promise<void>,
  report: (error: unknown) => void,
): (() => void) => {
  const timer = setInterval(() => {
    try {
      Promise.resolve(task()).catch(report);
    } catch (error) {
      report(error);
    }
  }, intervalMs);
  return () => clearInterval(timer);
};
