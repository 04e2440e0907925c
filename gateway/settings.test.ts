import { expect, it } from 'vitest';
import { requireRevocation } from './settings.ts';

it('requireRevocation refuses a start without a CRL and names the two settings, unless VIGIL_MQTT_WITHOUT_CRL allows it', () => {
  const refused = () => requireRevocation({ mqttCrlFile: '', mqttWithoutCrl: false });
  expect(refused).toThrow(/VIGIL_MQTT_CRL_FILE is not set.*VIGIL_MQTT_WITHOUT_CRL=on/);
  expect(() => requireRevocation({ mqttCrlFile: '', mqttWithoutCrl: true })).not.toThrow();
  expect(() => requireRevocation({ mqttCrlFile: 'device-ca.crl', mqttWithoutCrl: false })).not.toThrow();
});
