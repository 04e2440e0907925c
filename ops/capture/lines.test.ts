/** A record of the log becomes a line, and the line is read back as the same input of the alarm engine. */
import { describe, expect, it } from 'vitest';
import { type ContentType, contentTypes } from '../../contracts/messages/records.ts';
import type { Opened } from '../../log/envelope/header.ts';
import { inputOfText } from '../../processors/alarms/intake.ts';
import { readCapture } from '../../processors/replay/capture.ts';
import { createDisguise } from './disguise.ts';
import { commandLine, lineOf, type Manner } from './lines.ts';

const t0 = Date.parse('2026-03-01T10:00:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();
const deviceId = 'bed-07-of-mrs-miller';
const fromGateway = { deviceId, receivedAt: iso(t0) };
const by = { userId: 'anna', name: 'Anna Miller', role: 'nurse' } as const;
const plain: Manner = { disguise: undefined, alarmIdOf: (id) => id, wasTaken: () => undefined };
const hr = { code: 'MDC_ECG_HEART_RATE', value: 134, unit: '/min' };

function opened(contentType: ContentType, body: object): Opened {
  const numbers = { boot: 'gateway-boot', seq: 77, ...('reading' in body && numbersOf(body.reading)) };
  const place = { topic: 'observations', key: 'a-miller-1', writer: 'w', ...numbers } as const;
  return { place, contentType, plaintext: Buffer.from(JSON.stringify(body)) };
}

const own = { boot: 'miller-1', seq: 5, time: iso(t0 - 20) };
const vt = { code: 'MDC_EVT_ECG_V_TACHY', priority: 'high', kind: 'physiological', text: 'VT of Mrs Miller' };
const records: [string, ContentType, object][] = [
  [
    'a reading that the device numbers',
    contentTypes.observation,
    { reading: { ...own, intervalMs: 1000, values: [hr] } },
  ],
  ['a reading that the gateway numbers', contentTypes.observation, { reading: { time: own.time, values: [hr, hr] } }],
  [
    'a reading of which one value cannot be used',
    contentTypes.observation,
    { reading: { ...own, values: [hr, { code: 'miller', value: 'x' }] } },
  ],
  [
    'a birth',
    contentTypes.status,
    {
      reading: {
        ...own,
        online: true,
        device: { manufacturer: 'Miller', model: 'M', serial: 'miller-9' },
        conditions: [{ condition: 'MDC_EVT_LEADS_OFF', code: 'MDC_ECG_HEART_RATE', present: true }],
      },
    },
  ],
  ['a will', contentTypes.status, { will: { claim: 12, reason: 'keep-alive' }, reading: { online: false } }],
  [
    'the device’s own alarms',
    contentTypes.alerts,
    { reading: { ...own, alerts: [{ ...vt, since: own.time }], sound: 'off' } },
  ],
  ['a connection', contentTypes.connection, { connected: false, claim: 12, reason: 'closed' }],
  ['a notice of the gateway', contentTypes.notice, { notice: 'shared-identity', forMs: 60_000 }],
];
const read = (line: object | undefined) => {
  const { captured, faults, refused } = readCapture(JSON.stringify(line));
  expect([...faults, ...refused]).toEqual([]);
  return captured[0]!.input as Record<string, unknown>;
};

describe('a line', () => {
  it.each(records)('becomes the same input of the engine as the record: %s', (_name, contentType, body) => {
    const record = opened(contentType, { ...fromGateway, ...body });
    const taken = inputOfText(contentType, record.plaintext, record.place);
    expect(taken.ok && taken.input).toEqual({ ...read(lineOf(record, t0 + 3, plain)), deviceId });
  });

  const disguise = createDisguise(() => 0.4);
  it.each(records)(
    'with made-up names contains none of the names, and the same values at moved times: %s',
    (_name, contentType, body) => {
      const record = opened(contentType, { ...fromGateway, ...body });
      const line = lineOf(record, t0 + 3, { ...plain, disguise });
      expect(JSON.stringify(line)).not.toMatch(/miller|anna|gateway-boot|bed-07|2026/i);
      const there = read(line);
      const here = read(lineOf(record, t0 + 3, plain));
      for (const name of ['time', 'receivedAt'])
        if (here[name] !== undefined) expect(there[name]).toBe((here[name] as number) + disguise.shiftMs);
      if (here.seq !== undefined) expect(there.seq).toBe(here.seq);
      if (contentType === contentTypes.observation) expect(there.values).toEqual(here.values);
      if (contentType === contentTypes.alerts)
        expect(there.alerts).toMatchObject([{ text: 'Ventricular tachycardia' }]);
    },
  );

  it('of a record that was appended long after its receipt has the time at which it was appended', () => {
    const record = opened(contentTypes.observation, { ...fromGateway, reading: { ...own, values: [hr] } });
    expect(lineOf(record, t0 + 5_000, plain)?.at).toBe(iso(t0));
    expect(lineOf(record, t0 + 5_001, plain)?.at).toBe(iso(t0 + 5_001));
  });

  it('is not made of a record that the alarm engine does not use', () => {
    expect(lineOf(opened(contentTypes.presence, { at: iso(t0), wards: [] }), t0, plain)).toBeUndefined();
    expect(lineOf(opened(contentTypes.observation, { broken: 1 }), t0, plain)).toBeUndefined();
  });
});

/** Of a message that numbers itself, the gateway's envelope has the same numbers. */
function numbersOf(reading: unknown) {
  const { boot, seq } = reading as { boot?: string; seq?: number };
  return boot !== undefined && seq !== undefined ? { boot, seq } : {};
}

describe('a command', () => {
  const asked = { commandId: 'command-of-anna', associationId: 'a-miller-1', at: iso(t0 - 10), by };
  const acknowledge = { type: 'acknowledge', ...asked, alarmId: 'alarm-in-the-log', rev: 3 } as const;
  const limits = { high: 130, off: { reason: 'Mrs Miller sleeps', until: iso(t0 + 60_000) } };
  const setLimits = { type: 'set-limits', ...asked, group: 'HR', limits } as const;

  it('is read back unchanged', () => {
    const taken = read(commandLine(setLimits, t0, plain)) as { command: object };
    expect(taken.command).toEqual({ ...setLimits, associationId: 'capture-association' });
  });

  it('acknowledges the alarm by the id that it has in the capture', () => {
    const line = commandLine(acknowledge, t0, { ...plain, alarmIdOf: () => 'alarm-in-the-capture' });
    expect(line).toMatchObject({
      at: iso(t0),
      command: { type: 'acknowledge', alarm: 'alarm-in-the-capture', rev: 3 },
    });
    expect(commandLine(acknowledge, t0, { ...plain, alarmIdOf: () => undefined })).toBeUndefined();
  });

  it('that was accepted names no revision, so that it is accepted again', () => {
    expect(commandLine(acknowledge, t0, { ...plain, wasTaken: () => true })?.command).not.toHaveProperty('rev');
    expect(commandLine(acknowledge, t0, { ...plain, wasTaken: () => false })?.command).toHaveProperty('rev', 3);
  });

  it('with made-up names contains neither the person nor the reason', () => {
    const disguise = createDisguise(() => 0.9);
    const line = commandLine(setLimits, t0, { ...plain, disguise });
    expect(JSON.stringify(line)).not.toMatch(/miller|anna|2026/i);
    expect(read(line)).toMatchObject({ command: { by: { role: 'nurse' }, limits: { high: 130 } } });
    const until = iso(t0 + 60_000 + disguise.shiftMs);
    expect(line).toMatchObject({ command: { limits: { off: { reason: 'left out', until } } } });
    const standby = { type: 'standby', ...asked, reason: 'Imaging of Anna Miller', forMs: 60_000 } as const;
    expect(commandLine(standby, t0, { ...plain, disguise })).toMatchObject({ command: { reason: 'left out' } });
  });
});

describe('a disguise', () => {
  it('moves times back by whole minutes, by a year at least', () => {
    for (const random of [0, 0.25, 0.5, 0.999999]) {
      const { shiftMs } = createDisguise(() => random);
      expect(Math.abs(shiftMs % 60_000)).toBe(0);
      expect(shiftMs).toBeLessThanOrEqual(-364 * 86_400_000);
    }
  });

  it('gives each name one made-up name, and no two names the same one', () => {
    const { boot, person, code, alertCode, alertText } = createDisguise(() => 0.1);
    expect([boot('a'), boot('b'), boot('a')]).toEqual(['boot-1', 'boot-2', 'boot-1']);
    expect(person(by)).toEqual({ userId: 'person-1', name: 'person-1', role: 'nurse' });
    expect([code('MDC_RESP_RATE'), code('MDC_MILLER'), code('MDC_ANNA')]).toEqual([
      'MDC_RESP_RATE',
      'MDC_OTHER_1',
      'MDC_OTHER_2',
    ]);
    expect([alertCode('MDC_EVT_APNEA'), alertCode('miller')]).toEqual(['MDC_EVT_APNEA', 'other-1']);
    expect([alertText('x', 'Apnoea'), alertText('x', 'Mrs Miller')]).toEqual(['Apnoea', 'Other alarm']);
  });
});
