/**
 * Tests the limits in force that the alarm processor publishes on a real Kafka, after a kill and after a change of the
 * profiles.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type AlarmLab, openLab } from '../../tests/alarms/lab.ts';
import { until } from '../../tests/system.ts';

let lab: AlarmLab;
let processor: Awaited<ReturnType<AlarmLab['start']>>;
const examples = join(import.meta.dirname, 'profiles');
const file = join(mkdtempSync(join(tmpdir(), 'vigil-profiles-')), 'profiles.json');
const { hospital } = JSON.parse(readFileSync(join(examples, 'adult.json'), 'utf8'));
const settings = {
  VIGIL_LIMIT_PROFILES_FILE: file,
  VIGIL_ALARMS_SNAPSHOT_MS: '200',
  VIGIL_ALARMS_QUIET_SNAPSHOT_MS: '200',
};

beforeAll(async () => {
  writeFileSync(file, JSON.stringify({ version: 'first', hospital }));
  lab = await openLab(inject('platform'));
  processor = await lab.start(settings, 'alarms-limits');
});

afterAll(async () => {
  await processor?.stop();
  await lab?.close();
});

it('the processor publishes changed limits once, also after a kill, and judges by changed profiles immediately', async () => {
  const bed = await lab.admit('adult');
  const t = Date.now() - 8_000;
  await bed.send(t, 0, 7, { HR: 107 });
  await until('the limits in force', () => lab.publishedOf(bed).length === 1);
  await bed.setLimits('HR', { high: 150 });
  await bed.setLimits('SpO2', { low: 88 });
  await until('two answers and changed limits', () => lab.publishedOf(bed).length === 4);
  expect(lab.publishedOf(bed)).toMatchObject([
    { rev: 1, profile: { origin: 'hospital', version: 'first' } },
    { accepted: false, reason: 'The high limit 150 of HR is not below the extreme high limit 140.' },
    { rev: 2 },
    { accepted: true },
  ]);
  await until('a snapshot with the changed limits', () => lab.lastStateOf(bed)?.limits?.rev === 2);

  process.kill(processor.pid, 'SIGKILL');
  processor = await lab.start(settings, 'alarms-limits-2');
  const log = () => readFileSync(lab.logFile('alarms-limits-2'), 'utf8');
  await until('the takeover of the partitions', () => log().includes('took over partitions'));
  // The shared topics also contain records of other tests, which cannot be opened. Each record that can be opened must
  // have a type that a restore uses.
  expect(log()).not.toContain('A restore does not use records of this type.');
  expect(lab.publishedOf(bed)).toHaveLength(4);

  const strict = structuredClone(hospital);
  strict.adult.groups.HR.high.limit = 100;
  writeFileSync(file, JSON.stringify({ version: 'second', hospital: strict }));
  await bed.send(Date.now(), 0, 0, { HR: 107 });
  await lab.until(bed, ({ alarm }) => alarm.text === 'HR 107 > 100');
  expect(lab.publishedOf(bed).at(-1)).toMatchObject({ rev: 3, profile: { version: 'second' } });
});
