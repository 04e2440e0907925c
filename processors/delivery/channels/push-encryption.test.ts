import { createECDH } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decryptPush, newSubscription } from '../../../tests/delivery/messages.ts';
import { encryptPush, plainBytesMax } from './push-encryption.ts';

const bytes = (text: string) => Buffer.from(text, 'base64url');

describe('encryptPush', () => {
  it('encryptPush returns the bytes of the example in RFC 8291, 5', () => {
    const ecdh = createECDH('prime256v1');
    ecdh.setPrivateKey(bytes('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'));
    const body = encryptPush(
      Buffer.from('When I grow up, I want to be a watermelon'),
      {
        p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
        auth: 'BTBZMqHH6r4Tts7J_aSIgg',
      },
      { ecdh, salt: bytes('DGv6ra1nlYgDCS1FRnbzlw') },
    );
    expect(body.toString('base64url')).toBe(
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
    );
  });

  it.each([0, 1, 100, plainBytesMax - 2])(
    'encryptPush encrypts a text of %i bytes so that an independent library can decrypt it',
    (length) => {
      const subscription = newSubscription('https://push.example/1');
      const text = 'a'.repeat(length);
      const body = encryptPush(Buffer.from(JSON.stringify(text)), subscription.entry);
      expect(decryptPush(subscription, body)).toBe(text);
    },
  );

  it('encryptPush returns at most the 4,096 bytes that every push service accepts', () => {
    const { entry } = newSubscription('https://push.example/1');
    expect(encryptPush(Buffer.alloc(plainBytesMax), entry).length).toBe(4_096);
    expect(() => encryptPush(Buffer.alloc(plainBytesMax + 1), entry)).toThrow(RangeError);
  });

  it('encryptPush returns different bytes for the same text each time', () => {
    const { entry } = newSubscription('https://push.example/1');
    expect(encryptPush(Buffer.from('a'), entry)).not.toEqual(encryptPush(Buffer.from('a'), entry));
  });

  it('encryptPush refuses keys that are not valid', () => {
    const { p256dh, auth } = newSubscription('https://push.example/1').entry;
    const offCurve = bytes(p256dh);
    offCurve[64] = offCurve[64]! ^ 1;
    for (const keys of [
      { p256dh: offCurve.toString('base64url'), auth },
      { p256dh: p256dh.slice(2), auth },
      { p256dh, auth: auth.slice(2) },
      { p256dh: '', auth: '' },
    ])
      expect(() => encryptPush(Buffer.from('a'), keys)).toThrow();
  });
});
