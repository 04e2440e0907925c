import { describe, expect, it } from 'vitest';
import { type Judgement, judgePayload, type TimeBounds } from './validate.ts';

const nowMs = Date.parse('2026-03-01T12:00:00.000Z');
const bounds = { aheadMaxMs: 300_000, lateMaxMs: 86_400_000 };
const instantAt = (offsetMs: number) => new Date(nowMs + offsetMs).toISOString();

const spo2 = { code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' };
const impossible = { code: 'MDC_TEMP_BODY', value: 370, unit: 'Cel' };
const observation = { boot: 'b1', seq: 1, time: instantAt(0), values: [spo2] };
const waveform = {
  boot: 'b1',
  seq: 1,
  start: instantAt(0),
  code: 'MDC_ECG_ELEC_POTL_II',
  rateHz: 250,
  scale: 0.005,
  offset: 0,
  samples: Buffer.alloc(6).toString('base64'),
};

function outcome(judged: Judgement): string {
  return judged.verdict === 'accepted' ? 'accepted' : `${judged.verdict}: ${judged.fault.code}`;
}
type Kind = 'observations' | 'waveforms' | 'status' | 'alerts';
const judgeText = (kind: Kind, text: string, receivedAtMs = nowMs, timeBounds: TimeBounds = bounds) =>
  judgePayload(kind, Buffer.from(text), text, receivedAtMs, timeBounds);
const judge = (kind: Kind, body: unknown) => judgeText(kind, JSON.stringify(body));

describe('judgePayload for an observation', () => {
  it.each<[string, unknown, string]>([
    ['without faults', observation, 'accepted'],
    ['without boot and seq', { time: instantAt(0), values: [spo2] }, 'accepted'],
    [
      'with boot but without seq',
      { boot: 'b1', time: instantAt(0), values: [spo2] },
      'accepted-in-part: payload-schema',
    ],
    ['with seq but without boot', { seq: 1, time: instantAt(0), values: [spo2] }, 'accepted-in-part: payload-schema'],
    ['with seq 0', { ...observation, seq: 0 }, 'accepted-in-part: payload-schema'],
    ['with seq 1.5', { ...observation, seq: 1.5 }, 'accepted-in-part: payload-schema'],
    ['with the highest seq', { ...observation, seq: Number.MAX_SAFE_INTEGER }, 'accepted'],
    ['with a seq above the highest', { ...observation, seq: 2 ** 53 }, 'accepted-in-part: payload-schema'],
    ['with an empty boot', { ...observation, boot: '' }, 'accepted-in-part: payload-schema'],
    ['without values', { ...observation, values: [] }, 'refused: payload-schema'],
    ['with 64 values', { ...observation, values: Array(64).fill(spo2) }, 'accepted'],
    ['with 65 values', { ...observation, values: Array(65).fill(spo2) }, 'refused: payload-schema'],
    ['with an unknown member', { ...observation, patient: 'x' }, 'accepted'],
    ['with an unknown member in a numeric', { ...observation, values: [{ ...spo2, site: 'ear' }] }, 'accepted'],
    ['with the value 0', { ...observation, values: [{ ...spo2, value: 0 }] }, 'accepted'],
    ['with a text as value', { ...observation, values: [{ ...spo2, value: '97' }] }, 'refused: payload-schema'],
    ['with null as value', { ...observation, values: [{ ...spo2, value: null }] }, 'refused: payload-schema'],
    [
      'with a numeric that the device marks as invalid',
      { ...observation, values: [{ ...spo2, value: undefined, validity: 'invalid' }] },
      'accepted',
    ],
    ['without time', { boot: 'b1', seq: 1, values: [spo2] }, 'refused: payload-schema'],
    ['of the 30th of February', { ...observation, time: '2026-02-30T12:00:00.000Z' }, 'refused: time-invalid'],
    ['in another time zone', { ...observation, time: '2026-03-01T12:00:00.000+01:00' }, 'refused: payload-schema'],
    ['that is ahead by exactly the limit', { ...observation, time: instantAt(300_000) }, 'accepted'],
    ['that is ahead by more than the limit', { ...observation, time: instantAt(300_001) }, 'refused: time-invalid'],
    ['that is late by exactly the limit', { ...observation, time: instantAt(-86_400_000) }, 'accepted'],
    ['that is late by more than the limit', { ...observation, time: instantAt(-86_400_001) }, 'refused: time-invalid'],
    ['of 1970', { ...observation, time: instantAt(-nowMs) }, 'refused: time-invalid'],
    [
      'with one impossible value',
      { ...observation, values: [spo2, impossible] },
      'accepted-in-part: value-implausible',
    ],
    ['with only impossible values', { ...observation, values: [impossible, impossible] }, 'refused: value-implausible'],
    [
      'with one unknown code',
      { ...observation, values: [{ ...spo2, code: 'MDC_NO' }, spo2] },
      'accepted-in-part: code-unknown',
    ],
    [
      'with one wrong unit',
      { ...observation, values: [{ ...spo2, unit: '1' }, spo2] },
      'accepted-in-part: unit-unknown',
    ],
    ['that is a list', [observation], 'refused: payload-schema'],
    ['that is null', null, 'refused: payload-schema'],
  ])('judgePayload gives the right verdict for an observation %s', (_name, body, expected) => {
    expect(outcome(judge('observations', body))).toBe(expected);
  });

  it('judgePayload refuses an observation that is not UTF-8', () => {
    const judged = judgePayload('observations', Buffer.from([0xff]), undefined, nowMs, bounds);
    expect(outcome(judged)).toBe('refused: payload-not-utf8');
  });

  it.each<[string, string, string]>([
    ['that is empty', '', 'refused: payload-not-json'],
    ['that is cut short', JSON.stringify(observation).slice(0, -1), 'refused: payload-not-json'],
    ['with a byte order mark', `\ufeff${JSON.stringify(observation)}`, 'accepted-in-part: payload-not-json'],
    ['with NaN', JSON.stringify(observation).replace('97', 'NaN'), 'refused: payload-not-json'],
    [
      'with a number that is too large for a double',
      JSON.stringify(observation).replace('97', '1e999'),
      'refused: payload-schema',
    ],
    ['with __proto__', JSON.stringify(observation).replace('"boot"', '"__proto__":{},"boot"'), 'accepted'],
    ['that is nested 100,000 deep', '['.repeat(100_000), 'refused: payload-not-json'],
  ])('judgePayload gives the right verdict for the text of an observation %s', (_name, text, expected) => {
    expect(outcome(judgeText('observations', text))).toBe(expected);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a number', 7],
    ['a text', 'HR'],
    ['a list', []],
    ['an empty object', {}],
    ['a numeric without a code', { value: 98, unit: '%' }],
    ['a numeric with a code that is not a text', { ...spo2, code: 1 }],
    ['a numeric with a text as value', { ...spo2, value: '98' }],
    ['a numeric with null as value', { ...spo2, value: null }],
    ['a numeric with a value that is too large for a double', '1e400'],
    ['a numeric with true as value', { ...spo2, value: true }],
    ['a numeric with an unknown validity', { ...spo2, validity: 'demo' }],
    ['a numeric with a validity that is not a text', { ...spo2, validity: 1 }],
    ['a numeric without a unit', { ...spo2, unit: undefined }],
    ['a numeric with a unit that is not a text', { ...spo2, unit: null }],
    ['a numeric with an unknown code', { ...spo2, code: 'MDC_NO' }],
  ])('judgePayload accepts a heart rate of 30 that is in one list with %s', (_name, item) => {
    const hr = { code: 'MDC_ECG_HEART_RATE', value: 30, unit: '/min' };
    for (const values of [
      [item, hr],
      [hr, item],
    ]) {
      const text = JSON.stringify({ ...observation, values }).replace('"1e400"', '{"code":"MDC_TEMP","value":1e400}');
      expect(outcome(judgeText('observations', text))).toMatch(/^accepted-in-part: /);
    }
    expect(outcome(judge('observations', { ...observation, values: [item, item] }))).toMatch(/^refused: /);
  });

  it.each<[string, object]>([
    ['a text as interval', { intervalMs: '1000' }],
    ['an interval of 0', { intervalMs: 0 }],
    ['an interval below 0', { intervalMs: -1 }],
    ['null as interval', { intervalMs: null }],
    ['null as boot and seq', { boot: null, seq: null }],
    ['a boot that is a number', { boot: 7 }],
  ])('judgePayload accepts an observation in part if the observation has %s', (_name, members) => {
    const judged = judge('observations', { ...observation, ...members });
    expect(outcome(judged)).toBe('accepted-in-part: payload-schema');
    const hasIdentity = 'intervalMs' in members;
    const identity = hasIdentity ? { boot: 'b1', seq: 1 } : { boot: undefined, seq: undefined };
    expect(judged).toMatchObject({ reading: identity });
  });

  it('judgePayload names the first fault and the number of further faults, and does not repeat the values', () => {
    const values = [spo2, null, { ...spo2, value: 'Jane' }, impossible];
    expect(judge('observations', { ...observation, intervalMs: 'Doe', values })).toMatchObject({
      fault: {
        message: 'intervalMs must be a whole number of ms from 100 to 86400000. The message has 3 more faults.',
      },
    });
  });

  it('judgePayload returns the identity and the time of an accepted observation', () => {
    expect(judge('observations', observation)).toEqual({
      verdict: 'accepted',
      reading: { boot: 'b1', seq: 1, timeMs: nowMs },
    });
  });

  it('judgePayload names the parameter of an impossible value but not the value', () => {
    const judged = judge('observations', { ...observation, values: [spo2, impossible, impossible] });
    expect(judged).toMatchObject({
      fault: {
        message:
          'MDC_TEMP_BODY has a value that is not possible in a human body: it must be from 15 to 45 Cel. The message has 1 more fault.',
      },
    });
  });

  it('judgePayload does not repeat the name of an unknown member', () => {
    const judged = judge('observations', { ...observation, 'Jane Doe': 1 });
    expect(JSON.stringify(judged)).not.toContain('Jane');
  });
});

describe('judgePayload for a waveform', () => {
  it.each<[string, unknown, string]>([
    ['without faults', waveform, 'accepted'],
    ['of an unknown code', { ...waveform, code: 'MDC_NO' }, 'refused: code-unknown'],
    ['of a numeric code', { ...waveform, code: 'MDC_ECG_HEART_RATE' }, 'refused: code-unknown'],
    ['with rate 0', { ...waveform, rateHz: 0 }, 'refused: payload-schema'],
    ['with scale 0', { ...waveform, scale: 0 }, 'refused: payload-schema'],
    ['with half a sample', { ...waveform, samples: Buffer.alloc(5).toString('base64') }, 'refused: payload-schema'],
    ['with one sample', { ...waveform, samples: Buffer.alloc(2).toString('base64') }, 'accepted'],
    ['without samples', { ...waveform, samples: '' }, 'refused: payload-schema'],
    ['with base64 cut short', { ...waveform, samples: 'AAAAA' }, 'refused: payload-schema'],
    ['with base64url', { ...waveform, samples: 'AA-_' }, 'refused: payload-schema'],
    ['that starts ahead by more than the limit', { ...waveform, start: instantAt(300_001) }, 'refused: time-invalid'],
    ['that ends ahead by exactly the limit', { ...waveform, start: instantAt(299_988) }, 'accepted'],
    ['that ends ahead by more than the limit', { ...waveform, start: instantAt(299_989) }, 'refused: time-invalid'],
    ['with a rate below 1', { ...waveform, rateHz: 0.125 }, 'refused: payload-schema'],
    ['with a rate of 1', { ...waveform, rateHz: 1 }, 'accepted'],
    ['of 10 s', { ...waveform, samples: Buffer.alloc(5_000).toString('base64') }, 'accepted'],
    [
      'of 10 s and one more sample',
      { ...waveform, samples: Buffer.alloc(5_002).toString('base64') },
      'refused: payload-schema',
    ],
    ['with an unknown member', { ...waveform, lead: 'II' }, 'accepted'],
    ['without seq', { ...waveform, seq: undefined }, 'accepted-in-part: payload-schema'],
    ['with null as seq', { ...waveform, seq: null }, 'accepted-in-part: payload-schema'],
    ['with null as rate', { ...waveform, rateHz: null }, 'refused: payload-schema'],
    ['with a list as samples', { ...waveform, samples: [1, 2] }, 'refused: payload-schema'],
  ])('judgePayload gives the right verdict for a waveform %s', (_name, body, expected) => {
    expect(outcome(judge('waveforms', body))).toBe(expected);
  });
});

describe('judgePayload after somebody has set the machine’s clock', () => {
  it.each([
    ['accepts a time ahead by exactly the limit if the clock was not set', 0, 300_000, true],
    ['refuses a time ahead by more than the limit if the clock was not set', 0, 300_001, false],
    ['accepts the gateway’s time if the clock was set back by 10 min', -600_000, 0, true],
    ['accepts the machine’s time if the clock was set back by 10 min', -600_000, -600_000, true],
    ['refuses a time late by both clocks if the clock was set back by 10 min', -600_000, -86_400_000 - 600_001, false],
    ['accepts the machine’s time if the clock was set forward by 10 min', 600_000, 600_000, true],
    ['refuses a time ahead by both clocks if the clock was set forward by 10 min', 600_000, 900_001, false],
    ['accepts the machine’s time if the clock was set forward by 10 days', 864_000_000, 864_000_000, true],
    ['accepts the machine’s time if the clock was set back by 10 days', -864_000_000, -864_000_000, true],
  ])('judgePayload %s', (_name, wallAheadMs, timeMs, accepted) => {
    const reading = { ...observation, time: instantAt(timeMs) };
    const judged = judgeText('observations', JSON.stringify(reading), Date.parse(instantAt(0)), {
      ...bounds,
      wallAheadMs: () => wallAheadMs,
    });
    expect(judged.verdict).toBe(accepted ? 'accepted' : 'refused');
    const wave = { ...waveform, start: instantAt(timeMs) };
    const judgedWave = judgeText('waveforms', JSON.stringify(wave), nowMs, {
      aheadMaxMs: bounds.aheadMaxMs + 12,
      lateMaxMs: bounds.lateMaxMs,
      wallAheadMs: () => wallAheadMs,
    });
    expect(judgedWave.verdict).toBe(judged.verdict);
  });
});

it.each([0, 1, 99, -99])(
  'judgePayload does not change the limits if the two clocks differ by %i ms, because all clocks differ a little',
  (apartMs) => {
    for (const [timeMs, bound] of [
      [bounds.aheadMaxMs + 1, 'more than 5 min ahead'],
      [-bounds.lateMaxMs - 1, 'more than 1 d before'],
    ] as const) {
      const late = JSON.stringify({ ...observation, time: instantAt(timeMs) });
      const judged = judgeText('observations', late, Date.parse(instantAt(0)), {
        ...bounds,
        wallAheadMs: () => apartMs,
      });
      expect(judged).toMatchObject({ verdict: 'refused', fault: { message: expect.stringContaining(bound) } });
    }
  },
);

describe('judgePayload for a list of alarms', () => {
  const vt = { code: 'MDC_EVT_ECG_V_TACHY', priority: 'high', kind: 'physiological', text: '*** VTACH' };
  const list = { boot: 'b1', seq: 1, time: instantAt(0), alerts: [vt] };
  it.each<[string, unknown, string]>([
    ['without faults', list, 'accepted'],
    ['without alarms', { ...list, alerts: [], sound: 'paused', pausedUntil: instantAt(60_000) }, 'accepted'],
    ['with an unknown code and unknown members', { ...list, alerts: [{ ...vt, code: 'A-1', x: 1 }] }, 'accepted'],
    ['with an unknown priority', { ...list, alerts: [{ ...vt, priority: 'red' }] }, 'accepted-in-part: payload-schema'],
    ['with an item that is not an alarm', { ...list, alerts: [null] }, 'accepted-in-part: payload-schema'],
    ['with 65 alarms', { ...list, alerts: Array(65).fill(vt) }, 'accepted-in-part: payload-schema'],
    ['with an unknown sound', { ...list, sound: 'loud' }, 'accepted-in-part: payload-schema'],
    ['with boot but without seq', { boot: 'b1', time: instantAt(0), alerts: [vt] }, 'accepted-in-part: payload-schema'],
    [
      'with a text that reverses the text direction',
      { ...list, alerts: [{ ...vt, text: 'VT\u202e' }] },
      'accepted-in-part: payload-schema',
    ],
    ['without the member alerts', { boot: 'b1', seq: 1, time: instantAt(0) }, 'refused: payload-schema'],
    ['without time', { alerts: [vt] }, 'refused: payload-schema'],
    ['that is ahead by more than the limit', { ...list, time: instantAt(300_001) }, 'refused: time-invalid'],
    ['that is late by more than the limit', { ...list, time: instantAt(-86_400_001) }, 'refused: time-invalid'],
  ])('judgePayload gives the right verdict for a list of alarms %s', (_name, body, expected) => {
    expect(outcome(judge('alerts', body))).toBe(expected);
  });

  it('judgePayload joins two lists of alarms in one message', () => {
    const judged = judgeText('alerts', `{"time":"${instantAt(0)}","alerts":[],"alerts":[${JSON.stringify(vt)}]}`);
    expect(judged).toMatchObject({ verdict: 'accepted-in-part', mended: expect.stringContaining('VTACH') });
  });

  it('judgePayload does not repeat texts of the device in the refusal', () => {
    expect(JSON.stringify(judge('alerts', { time: instantAt(0), Meier: 'x', alerts: 'Meier' }))).not.toContain('Meier');
  });
});

describe('judgePayload for a status', () => {
  it.each<[string, unknown, string]>([
    ['that is a birth message', { boot: 'b1', seq: 1, time: instantAt(0), online: true }, 'accepted'],
    ['that is a will without time', { online: false }, 'accepted'],
    ['with conditions', { online: true, conditions: [{ condition: 'MDC_EVT_LEADS_OFF', present: true }] }, 'accepted'],
    [
      'with an unknown condition',
      { online: true, conditions: [{ condition: 'X', present: true }] },
      'accepted-in-part: payload-schema',
    ],
    ['with null as conditions', { online: true, conditions: null }, 'accepted-in-part: payload-schema'],
    ['with 65 conditions', { online: true, conditions: Array(65).fill({}) }, 'accepted-in-part: payload-schema'],
    ['with null as interval', { online: true, intervalMs: null }, 'accepted-in-part: payload-schema'],
    ['with a device without a model', { online: true, device: { model: 'x' } }, 'accepted-in-part: payload-schema'],
    ['with an unknown member', { online: true, firmware: '2' }, 'accepted'],
    ['with a device without faults', { online: true, device: { manufacturer: 'A', model: '' } }, 'accepted'],
    [
      'with a model that reverses the text direction',
      { online: true, device: { manufacturer: 'A', model: 'B\u202e' } },
      'accepted-in-part: payload-schema',
    ],
    ['with null as time', { online: true, time: null }, 'refused: payload-schema'],
    ['with a text as online', { online: 'true' }, 'refused: payload-schema'],
    ['that is a list', [], 'refused: payload-schema'],
    ['without online', {}, 'refused: payload-schema'],
    ['with a time that does not exist', { online: true, time: '2026-02-30T12:00:00.000Z' }, 'refused: time-invalid'],
  ])('judgePayload gives the right verdict for a status %s', (_name, body, expected) => {
    expect(outcome(judge('status', body))).toBe(expected);
  });

  it('judgePayload returns no time for a status without a time', () => {
    expect(judge('status', { online: false })).toMatchObject({ reading: { timeMs: undefined } });
  });
});

describe('the notice for the bed of a refusal', () => {
  const noticeOf = (judged: Judgement) => (judged.verdict === 'refused' ? judged.notice : judged.verdict);
  it.each<[string, 'observations' | 'waveforms' | 'status', unknown, string | undefined]>([
    ['an observation ahead', 'observations', { ...observation, time: instantAt(3_600_000) }, 'refused-ahead'],
    ['a status ahead', 'status', { online: true, time: instantAt(3_600_000) }, 'refused-ahead'],
    ['a wave that starts ahead', 'waveforms', { ...waveform, start: instantAt(3_600_000) }, 'refused-ahead'],
    ['a wave that ends ahead', 'waveforms', { ...waveform, start: instantAt(299_989) }, 'refused-ahead'],
    ['an observation of 1970', 'observations', { ...observation, time: instantAt(-nowMs) }, 'refused-old'],
    ['a wave of 1970', 'waveforms', { ...waveform, start: instantAt(-nowMs) }, 'refused-old'],
    ['a time that does not exist', 'observations', { ...observation, time: '2026-02-30T12:00:00.000Z' }, undefined],
    ['another fault', 'observations', { ...observation, values: [] }, undefined],
    ['an accepted observation', 'observations', observation, 'accepted'],
  ])(
    'the notice for the bed says rightly whether the device’s clock is ahead or behind, for %s',
    (_name, kind, body, expected) => {
      expect(noticeOf(judge(kind, body))).toBe(expected);
    },
  );
});

describe('judgePayload for a payload that must be repaired', () => {
  const hr = (value: number) => `{"code":"MDC_ECG_HEART_RATE","value":${value},"unit":"/min"}`;
  const head = `"boot":"b1","seq":1,"time":"${instantAt(0)}"`;
  const good = `{${head},"values":[${hr(30)}]}`;
  const valuesOrVerdict = (payload: Buffer) => {
    const utf8 = Buffer.from(payload.toString()).equals(payload) ? payload.toString() : undefined;
    const judged = judgePayload('observations', payload, utf8, nowMs, bounds);
    if (judged.verdict !== 'accepted-in-part') return judged.verdict;
    return (JSON.parse(judged.mended!) as typeof observation).values.map(({ value }) => value);
  };
  it.each<[string, Buffer, unknown]>([
    ['starts with a byte order mark', Buffer.from(`\ufeff${good}`), [30]],
    ['ends with a NUL', Buffer.from(`${good}\0`), [30]],
    ['has a byte of Latin-1', Buffer.from(good.replace('{', '{"note":"M\xfcller",'), 'latin1'), [30]],
    [
      'has a byte order mark, a NUL and a byte of Latin-1',
      Buffer.from(`\xef\xbb\xbf${good.replace('{', '{"note":"M\xfcller",')}\0`, 'latin1'),
      [30],
    ],
    ['has a second, empty list of values', Buffer.from(`{${head},"values":[${hr(30)}],"values":[]}`), [30]],
    ['has a second, normal value of the heart rate', Buffer.from(good.replace('30', '30,"value":75')), [30, 75]],
    ['has two sequence numbers', Buffer.from(good.replace('{', '{"seq":7,')), [30]],
    ['is cut short', Buffer.from(good.slice(0, -1)), 'refused'],
    ['has two times', Buffer.from(good.replace('{', `{"time":"${instantAt(-5)}",`)), 'refused'],
    ['has no fault', Buffer.from(good), 'accepted'],
  ])(
    'judgePayload keeps a heart rate of 30, or refuses the whole message, if the payload %s',
    (_name, payload, expected) => {
      expect(valuesOrVerdict(payload)).toEqual(expected);
    },
  );

  it('a refused observation that has a member twice keeps its number, so that it does not look like a lost reading', () => {
    const other = `"time":"${instantAt(-5)}",`;
    expect(judgeText('observations', good.replace('{', `{${other}`))).toMatchObject({
      verdict: 'refused',
      number: { boot: 'b1', seq: 1 },
    });
    expect(judgeText('observations', good.replace('{', `{"seq":7,${other}`))).not.toHaveProperty('number');
  });
});
