/**
 * A device that sends invalid messages over many connections as fast as it can. This program runs as its own process,
 * so that it does not slow down the test. Its arguments are the port, the folder of certificates, the device id, the
 * number of connections, and the bytes of a message. The program ends when its standard input ends.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { generate } from 'mqtt-packet';

const [port = '', certs = '', deviceId = '', connections = '', bytes = ''] = process.argv.slice(2);
const identity = {
  ca: readFileSync(join(certs, 'ca.pem')),
  cert: readFileSync(join(certs, 'devices', `${deviceId}.pem`)),
  key: readFileSync(join(certs, 'devices', `${deviceId}.key`)),
};
const garbage = Buffer.alloc(Number(bytes), 'x');
let connected = 0;

for (let n = 0; n < Number(connections); n += 1) {
  const socket = connect({ host: '127.0.0.1', port: Number(port), ...identity }, () => {
    const clientId = `${deviceId}/${n}`;
    socket.write(
      generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId, clean: true, keepalive: 300 }),
    );
  });
  let messageId = 0;
  const send = () => {
    do messageId = (messageId % 65_535) + 1;
    while (
      socket.write(
        generate({
          ...{ cmd: 'publish', qos: 1, dup: false, retain: false, messageId },
          ...{ topic: `devices/${deviceId}/observations`, payload: garbage },
        }),
      )
    );
  };
  // The first packet is CONNACK. Later packets are ignored.
  socket.once('data', () => {
    connected += 1;
    if (connected === Number(connections)) process.stdout.write('flooding\n');
    socket.on('drain', send).resume();
    send();
  });
  socket.on('error', () => undefined);
}
process.stdin.on('end', () => process.exit(0)).resume();
