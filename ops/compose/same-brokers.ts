/**
 * With Compose, a single broker and three brokers use different volumes. Refuses to start the wrong number of brokers,
 * because they would start with empty volumes, and the screens would show no patients.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../../certs/files.ts';
import { VigilError } from '../../contracts/errors.ts';

const override = 'ops/compose/three-brokers.yml';

/**
 * Checks that the existing data belong to this number of brokers.
 * @param stateDir the authority's folder; a file in it says that three brokers were started
 * @param composeDir the folder below which the volume of a single broker is mounted
 * @throws VigilError `settings-invalid` if the data belong to another number of brokers
 */
export function requireSameBrokers(stateDir: string, composeDir: string, kafkaCopies: string): void {
  const threeBrokersFile = join(stateDir, 'three-brokers');
  if (kafkaCopies === '1') {
    if (!existsSync(threeBrokersFile)) return;
    throw new VigilError(
      'settings-invalid',
      `The data belong to three brokers: start Compose with ${override} again (COMPOSE_FILE in .env).`,
    );
  }
  if (existsSync(join(composeDir, 'kafka-data', 'meta.properties')))
    throw new VigilError(
      'settings-invalid',
      `The volume kafka-data has the data of a single broker, which three brokers cannot use: leave ${override} out, or make another installation with another COMPOSE_PROJECT_NAME.`,
    );
  writeAtomic(threeBrokersFile, '', 0o600);
}
