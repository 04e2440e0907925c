/** Sends heartbeats to a Kafka group while a batch is handled. */
import type { Logger } from 'pino';
import { runEvery } from '../../process/timer-tasks.ts';

const heartbeatMs = 1_000;

/**
 * Sends a heartbeat each second. Without heartbeats, Kafka would give the partitions to another process. The first
 * failure of a batch is logged. The reader sends another heartbeat after the batch. The error of that heartbeat goes to
 * kafkajs, which joins the group again.
 * @returns the timer, which the caller ends after the batch
 */
export function startHeartbeats(
  heartbeat: () => Promise<void>,
  { group, log }: { readonly group: string; readonly log: Pick<Logger, 'warn'> },
): NodeJS.Timeout {
  let hasFailed = false;
  return runEvery('heartbeat', heartbeatMs, async () => {
    try {
      await heartbeat();
    } catch (error) {
      if (!hasFailed)
        log.warn(
          { group, error: (error as Error).message },
          'the heartbeat of the Kafka group failed while records were handled',
        );
      hasFailed = true;
    }
  });
}
