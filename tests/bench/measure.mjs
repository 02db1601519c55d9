// What all measurements share: times, figures with their targets, and how they are told.

export const percentile = (values, share) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

export const median = (values) => percentile(values, 0.5);

/** How many milliseconds `work` takes. */
export async function timed(work) {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

export const results = [];

export const atMost = (target) => ({ target, sign: '≤' });
export const atLeast = (target) => ({ target, sign: '≥' });

/** Notes a figure; one without a bound is only told. */
export function note(what, value, unit, { target, sign } = {}) {
  const met = target === undefined || (sign === '≤' ? value <= target : value >= target);
  results.push({ what, value, unit, target, sign, met });
}

export function printTable() {
  const format = (value, unit) => `${value.toFixed(value < 10 ? 2 : 1)}${unit && ` ${unit}`}`;
  const rows = results.map(({ what, value, unit, target, sign, met }) => [
    what, format(value, unit),
    target === undefined ? '' : `${sign} ${Number(target.toPrecision(3))}${unit && ` ${unit}`}`,
    target === undefined ? '' : met ? 'met' : 'MISSED']);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  for (const [what, value, target, verdict] of rows) {
    console.log(`${what.padEnd(widths[0])}  ${value.padStart(widths[1])}  ${target.padEnd(widths[2])}  ${verdict}`.trimEnd());
  }
}

/** Prints the closing line and says whether all targets are met. */
export function printVerdict() {
  const judged = results.filter(({ target }) => target !== undefined);
  const met = judged.filter((result) => result.met).length;
  console.log(`bench: ${met} of ${judged.length} targets met`);
  return met === judged.length;
}
