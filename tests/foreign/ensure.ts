import { ensurePython } from '../independent/python.ts';
import { ensureHiveMq } from './hivemq.ts';
import { ensureMosquittoClients } from './mosquitto.ts';

/**
 * Downloads every client of the tests except MQTT.js, which is a package of the project.
 * @throws VigilError `missing-program` with one sentence that says what is missing and how to install it
 */
export async function ensureForeignClients(softwareDir: string): Promise<void> {
  ensurePython();
  await ensureMosquittoClients(softwareDir);
  await ensureHiveMq(softwareDir);
}
