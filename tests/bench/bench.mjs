// Measures what an agent waits for and what the machine pays. Times are compared with something
// measured alternately in the same run, because absolute times drift on shared machines; only ratios
// and memory have targets.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import echo from './echo.mjs';
import eventIngestion from './event_ingestion.mjs';
import eventReplay from './event_replay.mjs';
import eventStreams from './event_streams.mjs';
import mcpCalls from './mcp_calls.mjs';
import memory from './memory.mjs';
import longQueue from './long_queue.mjs';
import { printTable, printVerdict, results } from './measure.mjs';
import largeOutput from './large_output.mjs';
import start from './start.mjs';
import storedJobs from './stored_jobs.mjs';
import throughput from './throughput.mjs';

const measurements = {
  memory, echo, start, throughput, mcp_calls: mcpCalls, large_output: largeOutput, long_queue: longQueue,
  stored_jobs: storedJobs, event_streams: eventStreams, event_replay: eventReplay,
  event_ingestion: eventIngestion,
};

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean' },
    peers: { type: 'boolean' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
if (options.only !== undefined && !Object.hasOwn(measurements, options.only)) {
  console.error(`--only takes one of: ${Object.keys(measurements).join(' ')}`);
  process.exit(2);
}

for (const [name, measure] of Object.entries(measurements)) {
  if (options.only === undefined || options.only === name) await measure(options);
}
printTable();
if (options.json) await writeFile(options.json, JSON.stringify(results, null, 2) + '\n');
const met = printVerdict();
// What else runs on the machine decides over a short run: it shows that all measurements work.
process.exitCode = met || options.short ? 0 : 1;
