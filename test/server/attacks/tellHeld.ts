/**
 * Imported by a server under test: on SIGUSR2 it collects garbage and says what it holds. What the system counts as resident
 * is pages that V8 keeps for later as well: that grows with the load of the machine, not with the attack.
 */
process.on('SIGUSR2', () => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  console.log(`held ${heapUsed + external}`);
});
