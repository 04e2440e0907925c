/** Tests that a line of a capture and its record give the alarm engine the same input. */
import { describe, expect, it } from 'vitest';
import { type ContentType, contentTypes } from '../../contracts/messages/records.ts';
import type { OpenedRecord } from '../../log/envelope/header.ts';
import { inputOfText } from '../../processors/alarms/intake.ts';
import { readCapture } from '../../processors/replay/capture.ts';
import { createDisguise } from './disguise.ts';
import { commandLine, type LineContext, lineOf } from './lines.ts';

const t0 = Date.parse('2026-03-01T10:00:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();
const deviceId = 'bed-07-of-mrs-miller';
const fromGateway = { deviceId, receivedAt: iso(t0) };
const by = { userId: 'anna', name: 'Anna Miller', role: 'nurse' } as const;
const plainContext: LineContext = { disguise: undefined, alarmIdOf: (id) => id, wasAccepted: () => undefined };
const hr = { code: 'MDC_ECG_HEART_RATE', value: 134, unit: '/min' };

function openedRecord(contentType: ContentType, body: object): OpenedRecord {
  const numbers = { boot: 'gateway-boot', seq: 77, ...('reading' in body && numbersOf(body.reading)) };
  const origin = { topic: 'observations', key: 'a-miller-1', writer: 'w', ...numbers } as const;
  return { origin, contentType, plaintext: Buffer.from(JSON.stringify(body)) };
}

const deviceMessage = { boot: 'miller-1', seq: 5, time: iso(t0 - 20) };
const vt = { code: 'MDC_EVT_ECG_V_TACHY', priority: 'high', kind: 'physiological', text: 'VT of Mrs Miller' };
const records: [string, ContentType, object][] = [
  [
    'an observation with numbers of the device',
    contentTypes.observation,
    { reading: { ...deviceMessage, intervalMs: 1000, values: [hr] } },
  ],
  [
    'an observation with numbers of the gateway',
    contentTypes.observation,
    { reading: { time: deviceMessage.time, values: [hr, hr] } },
  ],
  [
    'an observation with an invalid value',
    contentTypes.observation,
    { reading: { ...deviceMessage, values: [hr, { code: 'miller', value: 'x' }] } },
  ],
  [
    'a birth message',
    contentTypes.status,
    {
      reading: {
        ...deviceMessage,
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
    { reading: { ...deviceMessage, alerts: [{ ...vt, since: deviceMessage.time }], sound: 'off' } },
  ],
  ['a connection', contentTypes.connection, { connected: false, claim: 12, reason: 'closed' }],
  ['a notice of the gateway', contentTypes.notice, { notice: 'shared-identity', forMs: 60_000 }],
];
const inputOf = (line: object | undefined) => {
  const { lines, faults, refused } = readCapture(JSON.stringify(line));
  expect([...faults, ...refused]).toEqual([]);
  return lines[0]!.input as Record<string, unknown>;
};

describe('lineOf', () => {
  it.each(records)(
    'the line of a record gives the engine the same input as the record: %s',
    (_name, contentType, body) => {
      const record = openedRecord(contentType, { ...fromGateway, ...body });
      const result = inputOfText(contentType, record.plaintext, record.origin);
      expect(result.ok && result.input).toEqual({ ...inputOf(lineOf(record, t0 + 3, plainContext)), deviceId });
    },
  );

  const disguise = createDisguise(() => 0.4);
  it.each(records)(
    'lineOf replaces all names, moves all times and keeps all values for a pseudonymous capture: %s',
    (_name, contentType, body) => {
      const record = openedRecord(contentType, { ...fromGateway, ...body });
      const line = lineOf(record, t0 + 3, { ...plainContext, disguise });
      expect(JSON.stringify(line)).not.toMatch(/miller|anna|gateway-boot|bed-07|2026/i);
      const disguised = inputOf(line);
      const original = inputOf(lineOf(record, t0 + 3, plainContext));
      for (const name of ['time', 'receivedAt'])
        if (original[name] !== undefined) expect(disguised[name]).toBe((original[name] as number) + disguise.shiftMs);
      if (original.seq !== undefined) expect(disguised.seq).toBe(original.seq);
      if (contentType === contentTypes.observation) expect(disguised.values).toEqual(original.values);
      if (contentType === contentTypes.alerts)
        expect(disguised.alerts).toMatchObject([{ text: 'Ventricular tachycardia' }]);
    },
  );

  it('lineOf uses the time of the append if a record was appended more than 5 s after it was received', () => {
    const record = openedRecord(contentTypes.observation, {
      ...fromGateway,
      reading: { ...deviceMessage, values: [hr] },
    });
    expect(lineOf(record, t0 + 5_000, plainContext)?.at).toBe(iso(t0));
    expect(lineOf(record, t0 + 5_001, plainContext)?.at).toBe(iso(t0 + 5_001));
  });

  it('lineOf returns undefined for a record that the alarm engine does not use', () => {
    expect(lineOf(openedRecord(contentTypes.presence, { at: iso(t0), wards: [] }), t0, plainContext)).toBeUndefined();
    expect(lineOf(openedRecord(contentTypes.observation, { broken: 1 }), t0, plainContext)).toBeUndefined();
  });
});

/** Returns `boot` and `seq` of a message, for the gateway's envelope. */
function numbersOf(reading: unknown) {
  const { boot, seq } = reading as { boot?: string; seq?: number };
  return boot !== undefined && seq !== undefined ? { boot, seq } : {};
}

describe('commandLine', () => {
  const common = { commandId: 'command-of-anna', associationId: 'a-miller-1', at: iso(t0 - 10), by };
  const acknowledge = { type: 'acknowledge', ...common, alarmId: 'alarm-in-the-log', rev: 3 } as const;
  const limits = { high: 130, off: { reason: 'Mrs Miller sleeps', until: iso(t0 + 60_000) } };
  const setLimits = { type: 'set-limits', ...common, group: 'HR', limits } as const;

  it('commandLine writes a command that a replay reads unchanged', () => {
    const input = inputOf(commandLine(setLimits, t0, plainContext)) as { command: object };
    expect(input.command).toEqual({ ...setLimits, associationId: 'capture-association' });
  });

  it('commandLine writes the id that the alarm has in the replay, and no line for an unknown alarm', () => {
    const line = commandLine(acknowledge, t0, { ...plainContext, alarmIdOf: () => 'alarm-in-the-capture' });
    expect(line).toMatchObject({
      at: iso(t0),
      command: { type: 'acknowledge', alarm: 'alarm-in-the-capture', rev: 3 },
    });
    expect(commandLine(acknowledge, t0, { ...plainContext, alarmIdOf: () => undefined })).toBeUndefined();
  });

  it('commandLine leaves out the revision of an accepted acknowledgement, so that a replay accepts the acknowledgement too', () => {
    expect(commandLine(acknowledge, t0, { ...plainContext, wasAccepted: () => true })?.command).not.toHaveProperty(
      'rev',
    );
    expect(commandLine(acknowledge, t0, { ...plainContext, wasAccepted: () => false })?.command).toHaveProperty(
      'rev',
      3,
    );
  });

  it('commandLine leaves out the person and the reason in a pseudonymous capture', () => {
    const disguise = createDisguise(() => 0.9);
    const line = commandLine(setLimits, t0, { ...plainContext, disguise });
    expect(JSON.stringify(line)).not.toMatch(/miller|anna|2026/i);
    expect(inputOf(line)).toMatchObject({ command: { by: { role: 'nurse' }, limits: { high: 130 } } });
    const until = iso(t0 + 60_000 + disguise.shiftMs);
    expect(line).toMatchObject({ command: { limits: { off: { reason: 'left out', until } } } });
    const standby = { type: 'standby', ...common, reason: 'Imaging of Anna Miller', forMs: 60_000 } as const;
    expect(commandLine(standby, t0, { ...plainContext, disguise })).toMatchObject({ command: { reason: 'left out' } });
  });
});

describe('createDisguise', () => {
  it('a disguise moves times back by whole minutes, and at least by about a year', () => {
    for (const random of [0, 0.25, 0.5, 0.999999]) {
      const { shiftMs } = createDisguise(() => random);
      expect(Math.abs(shiftMs % 60_000)).toBe(0);
      expect(shiftMs).toBeLessThanOrEqual(-364 * 86_400_000);
    }
  });

  it('a disguise always gives a name the same made-up name, and never gives two names the same made-up name', () => {
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
