/** A bar on stderr that overwrites itself on a terminal, and says nothing in a log until it is done. */
export function progressBar(title: string): (done: number, total: number) => void {
  const started = performance.now();
  let finished = false;
  return (done, total) => {
    if (finished) return;
    finished = done >= total;
    const seconds = Math.round((performance.now() - started) / 1000);
    if (!process.stderr.isTTY) {
      if (finished) process.stderr.write(`${title}: ${seconds} s\n`);
      return;
    }
    const filled = Math.round((30 * Math.min(done, total)) / total);
    const bar = '█'.repeat(filled) + '░'.repeat(30 - filled);
    process.stderr.write(`\r${title} ${bar} ${Math.round((100 * done) / total)} % ${seconds} s${finished ? '\n' : ''}`);
  };
}
