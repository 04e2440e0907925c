/** Limits how long a request waits until Kafka has a record. */
import { VigilError } from '../../contracts/errors.ts';

/** Maximum wait until Kafka has a record. After this time, the request fails, but the record may still take effect. */
const kafkaWaitMs = 5_000;

/**
 * Waits until Kafka has confirmed an append. Returns the result of the append.
 * @param message tells the person that the act may still take effect
 * @throws VigilError `log-unavailable` if Kafka does not confirm the record in time, and `log-append-failed` if the
 * append gave up. Both have the text `message`
 */
export async function confirmedByKafka<T>(appended: Promise<T>, message: string): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new VigilError('log-unavailable', message)), kafkaWaitMs);
  try {
    return await Promise.race([appended, timeout]);
  } catch (error) {
    if (!(error instanceof VigilError) || error.class !== 'ambiguous') throw error;
    throw new VigilError(error.code, message, { cause: error });
  } finally {
    clearTimeout(timer);
    appended.catch(() => {});
  }
}
