const POLL_MS = 1_000;

/**
 * Calls `onGone` once when the process that started this one has gone, however it went: by the IPC channel at once where
 * there is one, otherwise because another process has become the parent.
 */
export const watchParent = (onGone: () => void): void => {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) gone();
  }, POLL_MS);
  const gone = (): void => {
    clearInterval(timer);
    process.off("disconnect", gone);
    onGone();
  };
  if (process.connected) process.on("disconnect", gone);
};
