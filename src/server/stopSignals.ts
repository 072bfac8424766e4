/** A signal to a whole group comes twice: to this process, and again from the one that started it and passes it on. */
const sameSignalMs = 300;

/** Calls `stop` at the first SIGTERM or SIGINT, and `cut` at a second one: whoever sends it does not want to wait. */
export function onStopSignals({ stop, cut }: { stop(): void; cut(): void }): void {
  let first: number | null = null;
  const signalled = () => {
    if (first === null) {
      first = performance.now();
      stop();
    } else if (performance.now() - first > sameSignalMs) {
      cut();
    }
  };
  process.on('SIGTERM', signalled);
  process.on('SIGINT', signalled);
}
