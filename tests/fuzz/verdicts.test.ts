/**
 * Each kept stream is decoded as MQTT 3.1.1 and as MQTT 5, and each of its packets keeps its verdict. A new stream needs its two
 * lines: `vitest run --project unit tests/fuzz/verdicts.test.ts -u` writes them; read the difference before you commit it.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decode } from '../../gateway/listener/packet/decode.ts';
import { emptyFrames, feedFrames, nextFrame } from '../../gateway/listener/packet/framing.ts';
import { corpusDir, keptStreams, type Version } from './corpus.ts';

const bytesMax = 262_144;

/** The type of a packet that is well formed, else the reason code and the words. */
function verdictOf(frame: Buffer, version: Version): string {
  const packet = decode(frame, version);
  return packet.type === 'violation' ? `0x${packet.code.toString(16)} ${packet.reasonString}` : packet.type;
}

/** The verdicts of all packets of a stream, also of those behind one that ends the connection. */
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

it('gives each packet of the kept streams the verdict that is written in tests/corpus/mqtt-verdicts.txt', async () => {
  const lines = keptStreams().flatMap(({ name, chunks }) =>
    ([4, 5] as const).map((version) => `${name} ${version}: ${verdictsOf(chunks, version).join(' | ')}\n`),
  );
  await expect(lines.join('')).toMatchFileSnapshot(join(corpusDir, 'mqtt-verdicts.txt'));
});
