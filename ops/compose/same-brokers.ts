/** With Compose, one broker and three brokers write into different volumes. If the other kind began anew, all patients would seem gone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../../certs/files.ts';
import { VigilError } from '../../contracts/errors.ts';

const override = 'ops/compose/three-brokers.yml';

/**
 * @param stateDir the authority's folder, which records that three brokers were begun
 * @param composeDir the volume of one broker is mounted below it
 * @throws VigilError `settings-invalid` if the data belong to another number of brokers
 */
export function requireSameBrokers(stateDir: string, composeDir: string, kafkaCopies: string): void {
  const three = join(stateDir, 'three-brokers');
  if (kafkaCopies === '1') {
    if (!existsSync(three)) return;
    throw new VigilError(
      'settings-invalid',
      `The data are of three brokers: start them with ${override}, as before (COMPOSE_FILE in .env).`,
    );
  }
  if (existsSync(join(composeDir, 'kafka-data', 'meta.properties')))
    throw new VigilError(
      'settings-invalid',
      `The volume kafka-data holds the data of one broker, and three do not begin with them: leave ${override} out, or begin another installation with a COMPOSE_PROJECT_NAME of its own.`,
    );
  writeAtomic(three, '', 0o600);
}
