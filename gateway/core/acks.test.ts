import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countUnsentAcks, emptyAckQueue, expectAck, takeReadyAcks } from './acks.ts';

it('takeReadyAcks returns no acknowledgement before the acknowledgements of earlier packets', () => {
  const queue = emptyAckQueue();
  const first = expectAck(queue, 'puback', 1, 0);
  const second = expectAck(queue, 'pubrec', 2, 0);
  second.reasonCode = 0;
  expect(takeReadyAcks(queue)).toEqual([]);
  first.reasonCode = 0x99;
  expect(takeReadyAcks(queue)).toEqual([first, second]);
  expect(takeReadyAcks(queue)).toEqual([]);
  expect(countUnsentAcks(queue)).toBe(0);
});

it('takeReadyAcks returns every acknowledgement once, in the order of the packets, even if the appends end in another order', () => {
  const steps = fc.array(fc.oneof(fc.constant('packet' as const), fc.nat({ max: 700 })), { maxLength: 2000 });
  fc.assert(
    fc.property(steps, (list) => {
      const queue = emptyAckQueue();
      const withoutCode: ReturnType<typeof expectAck>[] = [];
      const takenIds: number[] = [];
      let packets = 0;
      const takeReady = () => takenIds.push(...takeReadyAcks(queue).map((ack) => ack.packetId));
      for (const step of list) {
        if (step === 'packet') {
          packets += 1;
          withoutCode.push(expectAck(queue, 'puback', packets, 0));
        } else if (withoutCode.length > 0) withoutCode.splice(step % withoutCode.length, 1)[0]!.reasonCode = 0;
        takeReady();
        expect(countUnsentAcks(queue)).toBe(packets - takenIds.length);
      }
      for (const ack of withoutCode) ack.reasonCode = 0;
      takeReady();
      expect(takenIds).toEqual(Array.from({ length: packets }, (_, i) => i + 1));
    }),
    { numRuns: 200 },
  );
});
