/** Preloaded into a program of ours that a test started: when the test's process is gone, however it went, the program goes too. */
process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.channel?.unref();
