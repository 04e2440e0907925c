import { describe, expect, it } from 'vitest';
import { hourMs, minuteMs } from './durations.ts';
import { type GapFacts, namedGaps, placeWaves } from './wave-gaps.ts';
import type { WaveChunk } from './wave-runs.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const span = { fromMs: t0, toMs: t0 + minuteMs };

const chunkAt = (atMs: number, fields: Partial<WaveChunk> = {}): WaveChunk => ({
  ...{ code: 'MDC_ECG_ELEC_POTL_II', startMs: t0 + atMs, rateHz: 100, scale: 1, offset: 0 },
  ...{ samples: Buffer.alloc(200).toString('base64'), receivedMs: t0 + atMs + 1_100, boot: 'b', seq: atMs, ...fields },
});

describe('the reasons of gaps', () => {
  const stay = { fromMs: t0 - hourMs, toMs: null };
  const facts = { stay, keptFromMs: null, settledMs: t0 + hourMs, isWhole: true };
  const reasons = (changes: Partial<GapFacts>, chunks: WaveChunk[] = []) =>
    namedGaps(placeWaves(chunks), span, { ...facts, ...changes }).map(
      ({ fromMs, toMs, reason }) => `${fromMs - t0} to ${toMs - t0}: ${reason}`,
    );

  it.each([
    ['nothing was sent', {}, ['0 to 60000: none']],
    [
      'the stay began in the span',
      { stay: { fromMs: t0 + 5_000, toMs: null } },
      ['0 to 5000: other-stay', '5000 to 60000: none'],
    ],
    [
      'the stay ended in the span',
      { stay: { fromMs: t0 - 1, toMs: t0 + 5_000 } },
      ['0 to 5000: none', '5000 to 60000: other-stay'],
    ],
    ['the log begins in the span', { keptFromMs: t0 + 9_000 }, ['0 to 9000: not-kept', '9000 to 60000: none']],
    ['samples may still come', { settledMs: t0 + 50_000 }, ['0 to 50000: none', '50000 to 60000: not-yet']],
    ['the log has more records than the search may read', { isWhole: false }, ['0 to 60000: not-searched']],
  ])('each gap has the right reason if %s', (_, changes, expected) => {
    expect(reasons(changes)).toEqual(expected);
  });

  it('each wave has its own gaps', () => {
    const pleth = { code: 'MDC_PULS_OXIM_PLETH' };
    const chunks = Array.from({ length: 60 }, (_, second) => chunkAt(second * 1_000));
    const withGap = chunks.filter(({ seq }) => seq !== 7_000).map((chunk) => ({ ...chunk, ...pleth }));
    expect(namedGaps(placeWaves([...chunks, ...withGap]), span, facts)).toEqual([
      { ...pleth, fromMs: t0 + 7_000, toMs: t0 + 8_000, reason: 'none' },
    ]);
  });
});
