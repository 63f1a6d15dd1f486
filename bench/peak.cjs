/** Preloaded (`--require`) into a measured process: writes its peak resident memory, in bytes, and its CPU time, in milliseconds, to descriptor 3 when it ends. */

const { readFileSync, writeSync } = require('node:fs');

/** Linux counts what the parent had before exec into maxRSS; VmHWM is the process's own. */
function readPeak() {
  try {
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (kilobytes) return Number(kilobytes[1]) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeSync(3, `${readPeak()} ${Math.round((user + system) / 1000)}`);
});
