import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readPushPublicKey } from './push-settings.ts';

describe('readPushPublicKey', () => {
  const { x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  const bytes = Buffer.concat([Buffer.of(4), Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')]);

  it('readPushPublicKey accepts a point on P-256, with a line end', () => {
    const key = bytes.toString('base64url');
    expect(readPushPublicKey(`${key}\n`)).toBe(key);
  });

  it.each([
    ['nothing', ''],
    ['a short key', bytes.subarray(0, 64).toString('base64url')],
    ['a compressed point', Buffer.concat([Buffer.of(2), bytes.subarray(1)]).toString('base64url')],
    [
      'a point that is not on the curve',
      Buffer.concat([bytes.subarray(0, 64), Buffer.of(bytes[64]! ^ 1)]).toString('base64url'),
    ],
    ['base64 instead of base64url', `${bytes.toString('base64')}`],
  ])('readPushPublicKey refuses %s', (_what, text) => {
    expect(() => readPushPublicKey(text)).toThrow(/VIGIL_PUSH_PUBLIC_KEY_FILE/);
  });
});
