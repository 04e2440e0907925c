import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('says what is missing in one sentence and ends with 1', () => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { VIGIL_MQTT_PORT: 'x' },
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  for (const name of [
    'VIGIL_MQTT_PORT is not a whole number',
    'VIGIL_MQTT_CERT_FILE is not set',
    'VIGIL_KAFKA_CA_FILE',
  ]) {
    expect(stderr).toContain(name);
  }
}, 30_000);
