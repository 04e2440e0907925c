/** Measures the page in a browser, and the server with many screens. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { VigilError } from '../contracts/errors.ts';
import { ensureChromium } from '../ops/platform/software.ts';
import { buildClient } from '../tests/screens/client.ts';
import { integerOption } from './options.ts';
import { measureFirstLoad, missedByFirstLoad } from './screen-first-load.ts';
import { measureHeap, missedByHeap } from './screen-heap.ts';
import { measureSocketsInOwnNetwork } from './screen-network.ts';
import { measureRows, missedByRows, rowNames, tableOfRows } from './screen-rows.ts';
import { missedBySockets } from './screen-sockets.ts';

const measuredChain =
  'the real dashboard server and WebSocket in the process of the benchmark, the built client in Chromium; the benchmark puts ' +
  'readings, waves and alarms into the live state of the server (without device, gateway, Kafka and alarm processor)';

const partNames = ['rows', 'heap', 'sockets', 'first-load'] as const;
type Part = (typeof partNames)[number];

const report = (line: string) => process.stderr.write(`bench: ${line}\n`);

/**
 * Prints a table and the figures of the other parts; with `--json` one line of JSON. `missed` in the JSON has a
 * sentence for each aim that is missed. Linux only.
 */
export async function measureScreen(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      parts: { type: 'string', default: partNames.join() },
      rows: { type: 'string', default: rowNames.join() },
      seconds: { type: 'string', default: '20' },
      'chunk-ms': { type: 'string', default: '500' },
      hours: { type: 'string', default: '8' },
      'socket-beds': { type: 'string', default: '16' },
      client: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const parts = partsOf(values.parts);
  const seconds = integerOption('--seconds', values.seconds, 1, 3600);
  const chunkMs = integerOption('--chunk-ms', values['chunk-ms'], 40, 5000);
  const hours = integerOption('--hours', values.hours, 1, 48);
  const socketBeds = integerOption('--socket-beds', values['socket-beds'], 1, 100);
  const executablePath = await ensureChromium(report);
  const folder = mkdtempSync(join(tmpdir(), 'vigil-bench-client-'));
  try {
    const clientDir = values.client === undefined ? folder : resolve(values.client);
    if (values.client === undefined) await buildClient(clientDir);
    const rows = parts.has('rows')
      ? await measureRows(executablePath, values.rows.split(','), { seconds, chunkMs, clientDir, report })
      : [];
    const heap = parts.has('heap') ? await measureHeap(executablePath, { hours, clientDir, report }) : undefined;
    const sockets = parts.has('sockets')
      ? await measureSocketsInOwnNetwork({ beds: socketBeds, seconds: 60, clientDir })
      : undefined;
    if (sockets) report(JSON.stringify(sockets));
    const firstLoad = parts.has('first-load')
      ? await measureFirstLoad(executablePath, { loads: 10, clientDir })
      : undefined;
    if (firstLoad) report(JSON.stringify({ ...firstLoad, files: undefined }));
    const missed = [
      ...missedByRows(rows),
      ...(heap ? missedByHeap(heap) : []),
      ...(sockets ? missedBySockets(sockets) : []),
      ...(firstLoad ? missedByFirstLoad(firstLoad) : []),
    ];
    for (const sentence of missed) report(`missed: ${sentence}`);
    const figures = { path: measuredChain, seconds, chunkMs, rows, heap, sockets, firstLoad, missed };
    if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
    else {
      if (rows.length > 0) process.stdout.write(tableOfRows(rows));
      if (heap) process.stdout.write(`heap: ${JSON.stringify(heap)}\n`);
      if (sockets) process.stdout.write(`sockets: ${JSON.stringify(sockets)}\n`);
      if (firstLoad) process.stdout.write(`first load: ${JSON.stringify(firstLoad)}\n`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function partsOf(text: string): ReadonlySet<Part> {
  const isPart = (name: string): name is Part => partNames.some((known) => known === name);
  return new Set(
    text.split(',').map((name) => {
      if (isPart(name)) return name;
      throw new VigilError('settings-invalid', `--parts takes ${partNames.join(', ')}.`);
    }),
  );
}
