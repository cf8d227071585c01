// Preloaded into a child process: when the bench that started it is gone, however it went, the child goes too.
process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.channel?.unref();
