import { describe, expect, it } from 'vitest';
import { type CanaryPace, judgeCanary } from './canary.ts';
import { reason } from './reasons.ts';

const t0 = Date.parse('2026-11-28T10:00:00.000Z');
const bounds = { aheadMaxMs: 30_000, lateMaxMs: 86_400_000 };
const reading = {
  boot: 'b',
  seq: 1,
  time: '2026-11-28T10:00:00.000Z',
  intervalMs: 5_000,
  values: [{ code: 'MDC_ECG_HEART_RATE', unit: '/min', validity: 'invalid' }],
};

function judge(
  body: unknown,
  kind: Parameters<typeof judgeCanary>[0] = 'observations',
  pace: CanaryPace = [],
  atMs = 0,
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return judgeCanary(kind, Buffer.from(text), text, t0, bounds, pace, atMs);
}

describe('judgeCanary', () => {
  it('judgeCanary accepts a small reading', () => {
    expect(judge(reading)).toEqual({ ok: true, pace: [0] });
  });

  it.each(['status', 'alerts', 'waveforms', undefined] as const)(
    'judgeCanary refuses a message on a topic of the kind %s',
    (kind) => {
      const text = JSON.stringify(reading);
      const judged = judgeCanary(kind, Buffer.from(text), text, t0, bounds, [], 0);
      expect(judged).toMatchObject({ ok: false, code: reason.notAuthorized });
    },
  );

  it.each([
    ['a payload that is not JSON', 'x'],
    ['a reading without values', { ...reading, values: [] }],
    ['a reading from the future', { ...reading, time: '2026-11-28T10:01:00.000Z' }],
    [
      'a reading with one value that cannot be used',
      { ...reading, values: [...reading.values, { code: 'MDC_X', unit: '1', value: 1 }] },
    ],
  ])('judgeCanary refuses %s', (_name, body) => {
    expect(judge(body)).toMatchObject({ ok: false, code: reason.payloadFormatInvalid });
  });

  it('judgeCanary refuses a payload that is larger than any canary', () => {
    expect(judge({ ...reading, more: 'x'.repeat(600) })).toMatchObject({ ok: false, code: reason.packetTooLarge });
  });

  it('judgeCanary accepts ten canaries in ten seconds of the monotonic clock, and not more', () => {
    let pace: CanaryPace = [];
    for (let n = 0; n < 10; n += 1) {
      const judged = judge(reading, 'observations', pace, n * 100);
      if (!judged.ok) throw new Error(judged.reasonString);
      pace = judged.pace;
    }
    expect(judge(reading, 'observations', pace, 9_999)).toMatchObject({ ok: false, code: reason.quotaExceeded });
    expect(judge(reading, 'observations', pace, 10_000)).toMatchObject({ ok: true });
  });
});
