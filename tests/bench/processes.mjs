// What the system knows of a process.
import { readFile, readdir } from 'node:fs/promises';
import { eventually } from '../e2e/harness.mjs';

async function status(pid) {
  return readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
}

async function megabytes(pid, field) {
  const line = (await status(pid)).match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'));
  if (!line) throw new Error(`process ${pid} has no ${field}`);
  return Number(line[1]) / 1024;
}

export const residentMegabytes = (pid) => megabytes(pid, 'VmRSS');

/** The most that was resident at any time of its life. */
export const peakMegabytes = (pid) => megabytes(pid, 'VmHWM');

/** Processor time of all its threads that live, in milliseconds. */
export async function processorTime(pid) {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = await Promise.all(threads.map((thread) =>
    readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')));
  return times.reduce((sum, text) => sum + Number(text.split(' ')[0]), 0) / 1e6;
}

export async function childrenNamed(parent, name) {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = [];
  for (const pid of pids) {
    const text = await status(pid);
    if (text.startsWith(`Name:\t${name}\n`) && text.includes(`\nPPid:\t${parent}\n`)) found.push(pid);
  }
  return found;
}

/** Waits until a process that is not our child has ended; one that nobody collects counts as ended. */
export async function ended(pid) {
  await eventually(`process ${pid} to end`, async () => {
    const text = await status(pid);
    return text === '' || /^State:\s+Z/m.test(text);
  });
}
