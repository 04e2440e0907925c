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

it('gives every acknowledgement once, in order, however the appends end', () => {
  const steps = fc.array(fc.oneof(fc.constant('come' as const), fc.nat({ max: 700 })), { maxLength: 2000 });
  fc.assert(
    fc.property(steps, (list) => {
      const queue = emptyAckQueue();
      const open: ReturnType<typeof expectAck>[] = [];
      const left: number[] = [];
      let came = 0;
      const take = () => left.push(...takeReadyAcks(queue).map((ack) => ack.packetId));
      for (const step of list) {
        if (step === 'come') {
          came += 1;
          open.push(expectAck(queue, 'puback', came, 0));
        } else if (open.length > 0) open.splice(step % open.length, 1)[0]!.reasonCode = 0;
        take();
        expect(acksWaiting(queue)).toBe(came - left.length);
      }
      for (const ack of open) ack.reasonCode = 0;
      take();
      expect(left).toEqual(Array.from({ length: came }, (_, i) => i + 1));
    }),
    { numRuns: 200 },
  );
});
