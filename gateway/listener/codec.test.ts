import fc from 'fast-check';
import { generate, type IPublishPacket } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { decode, decodeByLibrary } from './codec.ts';
import { checkFrame } from './strict.ts';

/** What the gateway looks at. */
function seen(packet: ReturnType<typeof decode>) {
  const { cmd, qos, dup, retain, topic, payload, messageId } = packet as IPublishPacket;
  return { cmd, qos, dup, retain, topic, payload: Buffer.from(payload).toString('hex'), messageId };
}

it('reads a PUBLISH as the library does, whatever is in it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(4 as const, 5 as const),
      fc.constantFrom(0 as const, 1 as const, 2 as const),
      fc.boolean(),
      fc.boolean(),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }).filter((topic) => !/[+#\0]/.test(topic)),
      fc.integer({ min: 1, max: 65_535 }),
      fc.uint8Array({ maxLength: 400 }),
      fc.option(fc.integer({ min: 1, max: 16 }), { nil: undefined }),
      (version, qos, dup, retain, topic, messageId, payload, topicAlias) => {
        const frame = generate(
          {
            cmd: 'publish',
            ...{ qos, dup: dup && qos > 0, retain, topic, payload: Buffer.from(payload) },
            ...(qos > 0 ? { messageId } : {}),
            ...(topicAlias === undefined ? {} : { properties: { topicAlias } }),
          },
          { protocolVersion: version },
        );
        fc.pre(checkFrame(frame, version) === undefined);
        const packet = decode(frame, version) as IPublishPacket;
        expect(seen(packet)).toEqual(seen(decodeByLibrary(frame, version)));
        expect(packet.properties?.topicAlias).toBe(version === 5 ? topicAlias : undefined);
      },
    ),
    { numRuns: 2000 },
  );
});
