import { expect, it } from 'vitest';
import { dayMs } from '../../../contracts/durations.ts';
import type { Health } from '../../protocol/live.ts';
import { certificateText } from './certificate-words.ts';

const well: Health = { kafka: 'ok', alarms: 'ok', kafkaAt: null, alarmsAt: null };
const atMs = Date.parse('2026-12-10T08:00:00.000Z');
const health = (ended: boolean): Health => ({
  ...well,
  certificate: { name: 'web-server', at: new Date(atMs).toISOString(), ended },
});

it('an operator sees the notice about a certificate immediately; other persons see the notice from two days before the certificate ends', () => {
  expect(certificateText(well, true, atMs)).toBeUndefined();
  expect(certificateText(health(false), true, atMs - 20 * dayMs)).toMatch(
    /^A certificate .*\(web-server\) ends at 2026-/,
  );
  expect(certificateText(health(false), false, atMs - 2 * dayMs - 1)).toBeUndefined();
  expect(certificateText(health(false), false, atMs - 2 * dayMs)).toMatch(/was not renewed: .* Tell the operator\.$/);
  expect(certificateText(health(true), false, atMs)).toMatch(/ended at 2026-.* Tell the operator now\.$/);
});
