import fc from 'fast-check';
import { expect, it } from 'vitest';
import { acksWaiting, emptyAckQueue, expectAck, takeReadyAcks } from './acks.ts';

it('sends no acknowledgement before an earlier one', () => {
  const queue = emptyAckQueue();
  const first = expectAck(queue, 'puback', 1, 0);
  const second = expectAck(queue, 'pubrec', 2, 0);
  second.reasonCode = 0;
  expect(takeReadyAcks(queue)).toEqual([]);
  first.reasonCode = 0x99;
  expect(takeReadyAcks(queue)).toEqual([first, second]);
  expect(takeReadyAcks(queue)).toEqual([]);
  expect(acksWaiting(queue)).toBe(0);
});

it('returns every acknowledgement once and in the order of the packets, in whatever order the appends end', () => {
  const steps = fc.array(fc.oneof(fc.constant('packet' as const), fc.nat({ max: 700 })), { maxLength: 2000 });
  fc.assert(
    fc.property(steps, (list) => {
      const queue = emptyAckQueue();
      const open: ReturnType<typeof expectAck>[] = [];
      const taken: number[] = [];
      let packets = 0;
      const take = () => taken.push(...takeReadyAcks(queue).map((ack) => ack.packetId));
      for (const step of list) {
        if (step === 'packet') {
          packets += 1;
          open.push(expectAck(queue, 'puback', packets, 0));
        } else if (open.length > 0) open.splice(step % open.length, 1)[0]!.reasonCode = 0;
        take();
        expect(acksWaiting(queue)).toBe(packets - taken.length);
      }
      for (const ack of open) ack.reasonCode = 0;
      take();
      expect(taken).toEqual(Array.from({ length: packets }, (_, i) => i + 1));
    }),
    { numRuns: 200 },
  );
});
