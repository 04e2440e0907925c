/**
 * Decodes each stream of tests/corpus as MQTT 3.1.1 and as MQTT 5, and compares the verdict on each packet with
 * mqtt-verdicts.txt. After adding a stream run `vitest run --project unit tests/fuzz/verdicts.test.ts -u`, and read the
 * changes of mqtt-verdicts.txt before you commit.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decode } from '../../gateway/listener/packet/decode.ts';
import { emptyFrames, feedFrames, nextFrame } from '../../gateway/listener/packet/framing.ts';
import { corpusDir, savedStreams, type Version } from './corpus.ts';

const bytesMax = 262_144;

/** Returns the type of a well-formed packet, or the reason code and the text of its violation. */
function verdictOf(frame: Buffer, version: Version): string {
  const packet = decode(frame, version);
  return packet.type === 'violation' ? `0x${packet.code.toString(16)} ${packet.reasonString}` : packet.type;
}

/**
 * Returns the verdicts on all packets of a stream, including the packets after a packet that would end the connection.
 */
function verdictsOf(chunks: readonly Buffer[], version: Version): string[] {
  const frames = emptyFrames();
  const verdicts: string[] = [];
  for (const chunk of chunks) {
    feedFrames(frames, chunk);
    for (let cut = nextFrame(frames, bytesMax); cut.kind !== 'more'; cut = nextFrame(frames, bytesMax)) {
      if (cut.kind !== 'packet') return [...verdicts, cut.kind];
      verdicts.push(verdictOf(cut.packet, version));
    }
  }
  return verdicts;
}

it('the decoder gives each packet of the streams in tests/corpus the verdict in mqtt-verdicts.txt', async () => {
  const lines = savedStreams().flatMap(({ name, chunks }) =>
    ([4, 5] as const).map((version) => `${name} ${version}: ${verdictsOf(chunks, version).join(' | ')}\n`),
  );
  await expect(lines.join('')).toMatchFileSnapshot(join(corpusDir, 'mqtt-verdicts.txt'));
});
