/** Checks the file with the public keys of the readers at the start of a process. */
import { VigilError } from '../../contracts/errors.ts';
import { audienceOf, type KafkaTopic, kafkaTopics, type Service, topicsOf } from '../../contracts/topics.ts';
import type { ReaderKeys } from './wrapped-key.ts';

/**
 * Returns the public keys of the readers.
 * @param content the content of the file
 * @param service the service that will seal records for the readers
 * @throws VigilError `settings-invalid` if the file has no key of a service for which `service` seals records. Without
 * this check, the process would start, but could seal no record for this reader
 */
export function checkReaders(content: unknown, service: Service): ReaderKeys {
  const keys = (content as Partial<ReaderKeys> | null)?.keys;
  if (!Array.isArray(keys)) throw refusal('is not a set of public keys');
  // The records of a topic of keys are not sealed, and every service reads them.
  const isSealed = (topic: KafkaTopic) => kafkaTopics[topic].key !== 'keyId';
  const needed = new Set(topicsOf(service, 'writers').filter(isSealed).flatMap(audienceOf));
  const missing = [...needed].filter((role) => !keys.some((key) => key?.kid === role));
  if (missing.length > 0) throw refusal(`has no key of the service ${missing.join(', ')}`);
  return { keys };
}

function refusal(fault: string): VigilError {
  const remedy = 'Run "npm run certs", give the new file to every process, and start the processes again.';
  return new VigilError('settings-invalid', `The file that VIGIL_READERS_FILE names ${fault}. ${remedy}`);
}
