import { expect, it } from 'vitest';
import { runProgram } from '../tests/program.ts';

it('the gateway names all faults of its settings in one line and exits with code 1', () => {
  const { code, out, err } = runProgram('gateway/main.ts', [], { env: { VIGIL_MQTT_PORT: 'x' } });
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err.trimEnd().split('\n')).toHaveLength(1);
  for (const name of [
    'VIGIL_MQTT_PORT is not a whole number',
    'VIGIL_MQTT_CERT_FILE is not set',
    'VIGIL_KAFKA_CA_FILE',
  ]) {
    expect(err).toContain(name);
  }
}, 30_000);
