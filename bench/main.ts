/** `npm run bench -- <name>`: measures the performance of a part of Vigil. */
import { VigilError } from '../contracts/errors.ts';
import { measureAlarms } from './alarms.ts';
import { measureDelivery } from './delivery.ts';
import { measureDevices } from './devices.ts';
import { measureFootprint } from './footprint.ts';
import { measureIngest } from './ingest.ts';
import { measureKeys } from './keys.ts';
import { measureScreen } from './screen.ts';

const help = `npm run bench -- footprint [--seconds 60] [--json]
    Measures the CPU load and memory of each process, without beds and with eight beds, in its own state folder
npm run bench -- ingest [--connections 200] [--window 64] [--seconds 20] [--profile <folder>] [--skip-limit] [--json]
    Measures the readings per second that one gateway acknowledges, the latency at 5,000/s and at 1,000/s, and the CPU time
    of a reading, with mutual TLS and sealing. Also measures how many records of the same size the same broker takes from
    Kafka's own producer (--skip-limit leaves this out). --profile writes a CPU profile of the gateway to a folder
npm run bench -- alarms [--engine] [--beds 500] [--seconds 400] [--breaches 300] [--kills 3] [--json]
    Measures the steps per second of the pure alarm engine and the size of a bed's state after 1 h and 24 h (--engine
    measures only these); the readings per second from Kafka to Kafka, with decryption and sealing; the time from a breach
    to the clinician's connection at 1,000 readings/s; the time from kill -9 of the only alarm processor to its next alarm
npm run bench -- delivery [--breaches 200] [--json]
    Measures the time from a reading beyond a limit until its call is on the nurse's open page, and until the push service
    has it for her phone, with the time of each step; and 500 alarms within 10 s: every alarm must be in a message, within
    the limit of messages to one person. Each breach is at a bed of its own. Fails if a breach makes no call or a wrong call
npm run bench -- devices [--counts 10,100,1000,10000] [--rate 1000] [--seconds 60] [--hybrid] [--json]
    Measures the CPU time and latency of a reading, and the memory of the gateway, with few and with many devices.
    --hybrid: the devices use X25519 with ML-KEM for the key exchange of TLS, instead of X25519 alone
npm run bench -- keys [--beds 64] [--days 365] [--unpruned] [--json]
    Measures the time until gateway, processors and dashboard are ready, and their memory, with the stays and data keys of a
    year in the log. The log has only the keys of readings that Kafka would still keep; with --unpruned it has all keys
npm run bench -- screen [--parts rows,heap,sockets,first-load] [--rows 8,32,64,64-4k,64-4k-numbers] [--seconds 20]
    [--chunk-ms 500] [--hours 8] [--socket-beds 16] [--client <folder>] [--json]
    Measures the page in Chromium. The real dashboard server runs in this process. Readings, waves and alarms are put into its
    live state, without device, gateway and Kafka, so that these use no processor time. "missed" in the JSON has a sentence for
    each aim that is missed. --client uses another build of the client, for a comparison. The parts:
    rows: the ward page with 8, 32 and 64 beds with two waves each at 1920 × 1080, and with 64 beds at 3840 × 2160: the busy
    time of its main thread, frames, memory, and the time from a breach until its alarm is painted
    heap: the memory of the page with 64 beds over 8 simulated hours (--hours): the numbers of each second and 16 alarms of each
    bed and hour come as fast as the page takes them, and a person opens other pages. The waves run at their real speed
    sockets: 500 screens of one ward of 16 beds (--socket-beds), all with waves; 50 of them read nothing. The time until an alarm
    reaches the others, and the memory of the server. Runs in a network namespace, so it needs root, unshare and ip
    first-load: the bytes that a browser loads which has stored nothing, and the time until it shows the login form and the ward
`;

const [name, ...args] = process.argv.slice(2);
try {
  switch (name) {
    case 'footprint':
      await measureFootprint(args);
      break;
    case 'alarms':
      await measureAlarms(args);
      break;
    case 'delivery':
      await measureDelivery(args);
      break;
    case 'devices':
      await measureDevices(args);
      break;
    case 'ingest':
      await measureIngest(args);
      break;
    case 'keys':
      await measureKeys(args);
      break;
    case 'screen':
      await measureScreen(args);
      break;
    case undefined:
    case '--help':
      process.stdout.write(help);
      break;
    default:
      throw new VigilError('settings-invalid', `There is no benchmark "${name}"; see npm run bench -- --help.`);
  }
  process.exit(0);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
