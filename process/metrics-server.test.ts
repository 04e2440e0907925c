import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { leafLifeMs } from '../certs/core/renewal.ts';
import { ensureCertificates } from '../certs/ensure.ts';
import { dayMs } from '../contracts/durations.ts';
import { forgetCertificates, reportCertificates } from './certificate-files.ts';
import { createHistogram, observe } from './histogram.ts';
import { createMetrics } from './metrics.ts';
import { type Health, type MetricsServer, openMetricsServer } from './metrics-server.ts';
import { forgetTimerFailures } from './timer-tasks.ts';

let server: MetricsServer | undefined;
let health: Health = 'starting';
beforeEach(forgetCertificates);
// The tests of a worker share the list of failures. Another test may have caused some.
beforeEach(forgetTimerFailures);
afterEach(() => server?.close());

const log = pino({ level: 'silent' });

async function open(port = 0): Promise<ReturnType<typeof createMetrics>> {
  const metrics = createMetrics();
  server = await openMetricsServer({ host: '127.0.0.1', port, metrics, health: () => health, log });
  return metrics;
}

function call(path: string, method = 'GET'): Promise<{ status: number; type: string; text: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: server!.port, path, method }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode!, type: response.headers['content-type']!, text });
      });
    })
      .on('error', reject)
      .end();
  });
}

it('the server shows numbers as they are at the moment of each scrape', async () => {
  const metrics = await open();
  let beds = 1;
  const rejected = new Map([['time-invalid', 2]]);
  const delays = createHistogram(0.5, 2);
  metrics.gauge('beds', 'Beds.', () => beds);
  metrics.counter('rejected_total', 'Rejected.', () => rejected, 'code');
  metrics.histogram('delay_seconds', 'Delay.', delays, 0.001);
  for (const ms of [0.5, 0.7, 3]) observe(delays, ms);
  const first = await call('/metrics');
  expect(first.status).toBe(200);
  expect(first.type).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(first.text).toContain('# TYPE beds gauge\nbeds 1\n');
  expect(first.text).toContain('# TYPE rejected_total counter\nrejected_total{code="time-invalid"} 2\n');
  expect(first.text).toContain(
    [
      '# HELP delay_seconds Delay.',
      '# TYPE delay_seconds histogram',
      'delay_seconds_bucket{le="0.0005"} 1',
      'delay_seconds_bucket{le="0.001"} 2',
      'delay_seconds_bucket{le="+Inf"} 3',
      'delay_seconds_sum 0.0042',
      'delay_seconds_count 3',
    ].join('\n'),
  );
  expect(first.text).toMatch(/^process_resident_memory_bytes \d+$/m);
  expect(first.text).toMatch(/^nodejs_eventloop_lag_p99_seconds [\d.e-]+$/m);
  beds = 2;
  rejected.set('time-invalid', 5).set('unit-unknown', 1);
  const second = (await call('/metrics?x=1')).text;
  expect(second).toContain('\nbeds 2\n');
  expect(second).toContain('rejected_total{code="time-invalid"} 5\nrejected_total{code="unit-unknown"} 1\n');
});

it.each(['starting', 'ready', 'draining'] as const)('/healthz answers that the process is %s', async (state) => {
  await open();
  health = state;
  const { status, text } = await call('/healthz');
  expect([status, text]).toEqual([state === 'ready' ? 200 : 503, `${state}\n`]);
});

it('the server answers 404 to every other path, and 405 to POST', async () => {
  await open();
  for (const path of ['/', '/metrics/', '/metricsx', '/..%2fmetrics', '//']) {
    expect((await call(path)).status, path).toBe(404);
  }
  expect((await call('/metrics', 'POST')).status).toBe(405);
  expect((await call('/metrics', 'HEAD')).text).toBe('');
});

it('/metrics answers 500 if a metric cannot be read; a taken port is refused', async () => {
  const metrics = await open();
  metrics.gauge('broken', 'Broken.', () => {
    throw new Error('no');
  });
  expect((await call('/metrics')).status).toBe(500);
  await expect(
    openMetricsServer({ host: '127.0.0.1', port: server!.port, metrics, health: () => health, log }),
  ).rejects.toMatchObject({
    code: 'port-taken',
  });
});

it('/healthz lists the reasons below the state, and stays ready', async () => {
  health = 'ready';
  const metrics = createMetrics();
  const reasons = ['Kafka does not answer.'];
  server = await openMetricsServer({
    host: '127.0.0.1',
    port: 0,
    metrics,
    health: () => health,
    reasons: () => reasons,
    log,
  });
  expect(await call('/healthz')).toMatchObject({ status: 200, text: 'ready\nKafka does not answer.\n' });
});

it('/healthz names a certificate that ends soon, and is failing after the end of a needed certificate', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'vigil-health-'));
  const issuedMs = Math.floor(Date.now() / 1000) * 1000 - leafLifeMs;
  const show = async (name: string, leftMs: number) => {
    await ensureCertificates({ stateDir: join(stateDir, name), nowMs: issuedMs + leftMs });
    reportCertificates(name, 'presents', readFileSync(join(stateDir, name, 'certs/kafka.pem'), 'utf8'));
    return `${name} ${leftMs > 0 ? 'ends' : 'ended'} at ${new Date(issuedMs + leafLifeMs + leftMs).toISOString()}`;
  };
  health = 'ready';
  const later = await show('later', 22 * dayMs);
  await open();
  expect(await call('/healthz')).toMatchObject({ status: 200, text: 'ready\n' });
  const soon = await show('soon', 20 * dayMs);
  expect(await call('/healthz')).toMatchObject({ status: 200, text: `ready\ncertificate ${soon}\n` });
  const past = await show('past', -dayMs);
  const lines = `certificate ${soon}\ncertificate ${past}\n`;
  expect(await call('/healthz')).toMatchObject({ status: 503, text: `failing\n${lines}` });
  expect(lines).not.toContain(later);
  // The state of a draining process does not depend on its certificates.
  health = 'draining';
  expect(await call('/healthz')).toMatchObject({ status: 503, text: `draining\n${lines}` });
  await server?.close();
  health = 'ready';
  const failsWithout = ({ name }: { readonly name: string }) => name === 'mqtt-server';
  const metrics = createMetrics();
  server = await openMetricsServer({ host: '127.0.0.1', port: 0, metrics, health: () => health, failsWithout, log });
  expect(await call('/healthz')).toMatchObject({ status: 200, text: `ready\n${lines}` });
  rmSync(stateDir, { recursive: true, force: true });
});
